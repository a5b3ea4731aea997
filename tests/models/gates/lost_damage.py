"""Damage that leaves nothing to join: whole days, whole sides of a comparison, single parts."""

_FINANCE_DAY = "select max(report_date) as day from marts.mart_finance_daily"
_STATED_DAY = """
    select scope as account_id, window_day as day from raw.control_totals
    where source = 'meta_ads' and name = 'spend' and value > 0 and load_id > {since}
    order by all limit 1
"""
_NO_SPEND = (
    "delete from intermediate.int_ad_days_versioned where account_id = '{account_id}' "
    "and platform_date = '{day}'"
)
_NEW_LINE = """
    select line_id, order_line_dk, product_dk from core.fact_order_lines
    where load_id > {since} and product_dk <> '-2' order by all limit 1
"""

# What it is: the gate that must see it, what it hits, how, and what the gate must say.
LOST_DAMAGE = {
    "every row of a day of an account is lost": (
        "spend_rows_complete", _STATED_DAY, _NO_SPEND, "{account_id} {day}: 0 of ",
    ),
    "all spend of a stated day is lost": (
        "spend_equals_source", _STATED_DAY, _NO_SPEND, "{account_id} {day}: spend 0.000000 here",
    ),
    "a version that was replaced is open again for history": (
        "spend_keys_unique",
        """
            select account_id, platform_date as day, entity_id, load_id
            from core.fact_ad_spend_hist where closed_load_id > {since} order by all limit 1
        """,
        "update intermediate.int_ad_days_versioned set knowledge_to = null "
        "where load_id = {load_id} and platform_date = '{day}' and entity_id = '{entity_id}'",
        "{account_id} {day}: {entity_id} has 2 current rows",
    ),
    "every order of a day is lost": (
        "orders_equal_shop",
        """
            select window_day as day from raw.control_totals
            where name = 'order_count' and value > 0 and load_id > {since}
            order by all desc limit 1
        """,
        "delete from staging.stg_shopify__orders where cast("
        "timezone('America/New_York', timezone('UTC', created_at)) as date) = '{day}'",
        "{day}: order_count 0",
    ),
    "an order cannot be read": (
        "order_values_readable",
        "select order_name, order_dk from core.fact_orders where load_id > {since} limit 1",
        "update intermediate.int_orders_summed set has_cast_problem = true "
        "where order_dk = '{order_dk}'",
        "order {order_name} has",
    ),
    "an order line cannot be read": (
        "order_values_readable",
        _NEW_LINE,
        "update intermediate.int_order_lines_counted set has_cast_problem = true "
        "where order_line_dk = '{order_line_dk}'",
        "order line {line_id} has",
    ),
    "a product leaves the dimension": (
        "order_customers_known",
        _NEW_LINE,
        "delete from core.dim_product where product_dk = '{product_dk}'",
        "product of line ",
    ),
    "a product of old lines leaves the dimension with a later load": (
        "order_customers_known",
        """
            select product_dk, min(line_id) as line_id from core.fact_order_lines
            where product_dk <> '-2' group by all order by max(load_id), product_dk limit 1
        """,
        "update intermediate.int_order_lines_counted set load_id = 1; "
        "update staging.stg_shopify__products set load_id = {since} + 1 "
        "where product_dk = '{product_dk}'; "
        "delete from core.dim_product where product_dk = '{product_dk}'",
        "product of line ",
    ),
    "a credit of an order that is not there": (
        "attribution_credits_sum_to_one",
        "select order_dk from core.fact_attribution limit 1",
        "insert into core.fact_attribution select * replace ('nobody' as order_dk, "
        "{since} + 1 as load_id) from core.fact_attribution where order_dk = '{order_dk}'",
        "no order nobody: credits of 1000000000000 parts",
    ),
    "finance loses a day that is attributed": (
        "revenue_conserved",
        _FINANCE_DAY,
        "delete from marts.mart_finance_daily where report_date = '{day}'",
        "{day}: ",
    ),
    "nothing of a day of finance is attributed": (
        "revenue_conserved",
        _FINANCE_DAY,
        "delete from core.fact_attribution",
        "0.000000 attributed",
    ),
    "finance loses a day that channels have": (
        "channels_equal_finance",
        _FINANCE_DAY,
        "delete from marts.mart_finance_daily where report_date = '{day}'",
        "{day}: ",
    ),
    "channels lose a day that finance has": (
        "channels_equal_finance",
        _FINANCE_DAY,
        "delete from marts.mart_channel_daily where report_date = '{day}'",
        "{day}: ",
    ),
    "campaigns lose a day that channels have": (
        "campaigns_equal_channels",
        _FINANCE_DAY,
        "delete from marts.mart_campaign_daily where report_date = '{day}'",
        "{day} ",
    ),
    "finance loses a day that the ledger has": (
        "finance_equals_ledger",
        _FINANCE_DAY,
        "delete from marts.mart_finance_daily where report_date = '{day}'",
        "{day} USD: None in finance",
    ),
    "finance keeps a day that the ledger has left": (
        "finance_equals_ledger",
        _FINANCE_DAY,
        "insert into marts.mart_finance_daily select * replace (date '2031-01-01' as report_date) "
        "from marts.mart_finance_daily where report_date = '{day}'",
        "2031-01-01 USD: ",
    ),
}  # fmt: skip
