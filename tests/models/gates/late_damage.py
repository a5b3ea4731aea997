"""Damage by a later load to what an earlier one brought: its rows carry no new load."""

_OLD_ORDER = """
    select order_name, order_dk, customer_dk from core.fact_orders
    where load_id <= {since} and customer_dk in (
        select customer_dk from staging.stg_shopify__customers
    ) and customer_dk not in (select customer_dk from core.fact_orders where load_id > {since})
    order by all limit 1
"""
_OLD_DAY = """
    select min(report_date) as day, min(channel_dk) as channel_dk from marts.mart_channel_daily
    where report_date = (select min(report_date) from marts.mart_finance_daily)
        and net_revenue_amount_reporting <> 0
"""

# What it is: the gate that must see it, what it hits, how, and what the gate must say.
LATE_DAMAGE = {
    "a campaign leaves the dimension": (
        "spend_campaigns_known",
        "select campaign_id, campaign_dk from core.fact_ad_spend_hist order by all limit 1",
        "update intermediate.int_ad_days_versioned set load_id = {since} "
        "where campaign_dk = '{campaign_dk}'; "
        "delete from core.dim_campaign where campaign_dk = '{campaign_dk}'",
        "campaign {campaign_id}",
    ),
    "a changed customer leaves the dimension": (
        "order_customers_known",
        _OLD_ORDER,
        "update staging.stg_shopify__customers set load_id = {since} + 1 "
        "where customer_dk = '{customer_dk}'; "
        "delete from core.dim_customer where customer_dk = '{customer_dk}'",
        "customer of {order_name}",
    ),
    "the credits of an old order are taken and not given again": (
        "attribution_credits_sum_to_one",
        _OLD_ORDER,
        "delete from core.fact_attribution where order_dk = '{order_dk}'",
        "{order_name}: credits of 0 parts",
    ),
    "a rate is taken back": (
        "spend_has_fx_rate",
        "select min(platform_date) as day from core.fact_ad_spend where currency_code = 'EUR'",
        "delete from core.dim_fx_rate where currency_code = 'EUR' and rate_date = '{day}'",
        "EUR on {day} has no rate",
    ),
    "a second rate of an old day": (
        "spend_keys_unique",
        """
            select min(platform_date) as day, min(account_id) as account_id
            from core.fact_ad_spend where currency_code = 'EUR'
        """,
        "insert into core.dim_fx_rate select * replace ({since} + 1 as load_id) "
        "from core.dim_fx_rate where currency_code = 'EUR' and rate_date = '{day}'",
        "{account_id} {day}: ",
    ),
    "an old order comes again beside itself": (
        "order_keys_unique",
        _OLD_ORDER,
        "insert into intermediate.int_orders_summed select * replace ({since} + 1 as load_id) "
        "from intermediate.int_orders_summed where order_dk = '{order_dk}'",
        "{order_dk} has 2 rows",
    ),
    "an order gone from the shop stays in the ledger": (
        "ledger_equals_orders",
        _OLD_ORDER,
        "update staging.stg_shopify__orders set is_deleted = true, load_id = {since} + 1 "
        "where order_dk = '{order_dk}'; "
        "delete from intermediate.int_orders_summed where order_dk = '{order_dk}'",
        "{order_name}: ",
    ),
    "an order is staged and then lost": (
        "orders_complete",
        "select order_dk, order_id from staging.stg_shopify__orders where load_id > {since} "
        "order by all limit 1",
        "delete from intermediate.int_orders_summed where order_dk = '{order_dk}'",
        "{order_id} landed and is missing",
    ),
    "a line of an order is lost": (
        "orders_complete",
        "select order_line_dk from core.fact_order_lines where load_id > {since} limit 1",
        "delete from intermediate.int_order_lines_counted where order_line_dk = '{order_line_dk}'",
        " lines, ",
    ),
    "an amount that the shop no longer sends": (
        "order_components_sum_to_total",
        "select order_name, order_dk from core.fact_orders where load_id > {since} limit 1",
        "update intermediate.int_orders_summed set total_amount = null "
        "where order_dk = '{order_dk}'",
        "{order_name}: ",
    ),
    "an old day of a mart loses its spend": (
        "spend_reaches_marts",
        "select min(platform_date) as day from core.fact_ad_spend where spend_amount > 0",
        "delete from marts.mart_channel_daily where report_date = '{day}'",
        "{day}: 0.000000 in the mart",
    ),
    "a day keeps its spend in a mart after it vanished at the source": (
        "spend_reaches_marts",
        "select max(platform_date) as day from core.fact_ad_spend where spend_amount > 0",
        "update intermediate.int_ad_days_versioned set closed_load_id = {since} + 1 "
        "where platform_date = '{day}'",
        "{day}: ",
    ),
    "an old day of finance stands twice": (
        "revenue_conserved",
        _OLD_DAY,
        "insert into marts.mart_finance_daily select * from marts.mart_finance_daily "
        "where report_date = '{day}'",
        "{day}: ",
    ),
    "an old day's revenue by channel turns unknown": (
        "channels_equal_finance",
        _OLD_DAY,
        "update marts.mart_channel_daily set net_revenue_amount_reporting = null "
        "where report_date = '{day}' and channel_dk = '{channel_dk}'",
        "{day}: ",
    ),
    "a channel is lost that campaigns still have": (
        "campaigns_equal_channels",
        _OLD_DAY,
        "delete from marts.mart_channel_daily where report_date = '{day}' "
        "and channel_dk = '{channel_dk}'",
        "{day} no channel: ",
    ),
    "an old day of finance forgets a new customer": (
        "finance_equals_ledger",
        "select max(report_date) as day from marts.mart_finance_daily where new_customers > 0",
        "update marts.mart_finance_daily set new_customers = new_customers - 1 "
        "where report_date = '{day}'",
        "{day} USD: ",
    ),
    "a stream of an account was never read": (
        "spend_days_covered",
        "select '5550001001' as account_id",
        "delete from raw.windows where stream = 'ad_days' and scope = '{account_id}'",
        "google_ads {account_id} ad_days: ",
    ),
    "a day beyond today stands for one that is missing": (
        "spend_days_covered",
        "select '5550001001' as account_id, min(window_day) as day from raw.windows",
        "update raw.windows set window_day = '2031-01-01' where stream = 'ad_days' "
        "and scope = '{account_id}' and window_day = '{day}'",
        "google_ads {account_id} ad_days: 1 days missing",
    ),
    "a version is closed for history only, so that it still counts": (
        "spend_equals_source",
        """
            select account_id, platform_date as day, entity_id, load_id
            from core.fact_ad_spend_hist
            where closed_load_id > {since} and spend_amount > 0 order by all limit 1
        """,
        "update intermediate.int_ad_days_versioned set closed_load_id = null "
        "where load_id = {load_id} and platform_date = '{day}' and entity_id = '{entity_id}'",
        "{account_id} {day}: spend",
    ),
}
