"""Published figures beside each other and beside the sealed truth. Only the demo and tests score."""




# Ours and the truth as (key..., value) for each figure; a cell is a key that either side has.
_SPEND = """
    select {key}, sum({ours}) as value from published.core.fact_ad_spend group by all
"""
