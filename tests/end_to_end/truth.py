"""Differences between the marts and the truth; empty when all is right."""

import duckdb

from tests.end_to_end.company import Company

TRUE_SPEND = """
    select platform, account_id, campaign_id, day, sum(spend), sum(clicks), sum(impressions)
    from ad_spend group by all having sum(impressions) > 0 or sum(spend) <> 0
"""
OUR_SPEND = """
    select platform, account_id, campaign_id, platform_date, sum(spend_amount), sum(clicks),
        sum(impressions)
    from core.fact_ad_spend group by all having sum(impressions) > 0 or sum(spend_amount) <> 0
"""
# Orders and refunds fall on days of the reporting zone, each on its own.
TRUE_FINANCE = """
    with sales as (
        select cast(timezone('America/New_York', placed_at) as date) as day, currency,
            sum(gross_amount) as gmv, sum(discount_amount) as discounts, count(*) as orders,
            sum(tax_amount) as tax, sum(shipping_amount) as shipping
        from orders where not is_test group by all
    ),
    given_back as (
        select cast(timezone('America/New_York', refunded_at) as date) as day, refunds.currency,
            sum(items_amount) as refunds
        from refunds inner join orders using (order_id) where not is_test group by all
    )
    select coalesce(sales.day, given_back.day), coalesce(sales.currency, given_back.currency),
        coalesce(gmv, 0), coalesce(discounts, 0), coalesce(refunds, 0),
        coalesce(gmv, 0) - coalesce(discounts, 0) - coalesce(refunds, 0), coalesce(orders, 0),
        coalesce(tax, 0), coalesce(shipping, 0)
    from sales full outer join given_back
        on sales.day = given_back.day and sales.currency = given_back.currency
"""
OUR_FINANCE = """
    select report_date, currency_code, gmv_amount, discount_amount, refund_amount,
        net_revenue_amount, orders, tax_amount, shipping_amount
    from marts.mart_finance_daily
"""
TRUE_REFUNDS = """
    select cast(refund_id as varchar), items_amount from refunds where items_amount <> 0
"""
OUR_REFUNDS = """
    select refund_id, items_amount from core.fact_refunds where items_amount <> 0
"""

# A guest may be a customer who did not log in; the truth tells of customers only.
TRUE_FIRST_ORDERS = """
    select cast(order_id as varchar) from orders where is_first_order and not is_test
"""
OUR_FIRST_ORDERS = """
    select order_id from core.fact_orders
    inner join core.dim_customer as customers using (customer_dk)
    where is_first_order and customers.customer_id is not null
"""


def differences(company: Company, may_be_empty: tuple[str, ...] = ()) -> dict[str, set[tuple]]:
    """Rows that only the truth or only the published version has, per subject."""
    truth = company.world.truth(company.clock.now())
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        for name in ("ad_spend", "orders", "refunds"):
            db.register(name, getattr(truth, name))
        wanted = {
            "spend": set(db.execute(TRUE_SPEND).fetchall()),
            "finance": {
                row
                for row in db.execute(TRUE_FINANCE).fetchall()
                if row[0] >= company.project.config.start_date
            },
            "refunds": set(db.execute(TRUE_REFUNDS).fetchall()),
            "first orders": set(db.execute(TRUE_FIRST_ORDERS).fetchall()),
        }
    found = {
        "spend": set(company.published(OUR_SPEND)),
        "finance": set(company.published(OUR_FINANCE)),
        "refunds": set(company.published(OUR_REFUNDS)),
        "first orders": set(company.published(OUR_FIRST_ORDERS)),
    }
    empty = {name for name, rows in wanted.items() if not rows} - set(may_be_empty)
    assert not empty, f"the truth of {empty} is empty: nothing was compared"
    return {name: wanted[name] ^ found[name] for name in wanted if wanted[name] ^ found[name]}
