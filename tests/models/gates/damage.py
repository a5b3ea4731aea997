"""For every gate the kind of damage it is for: what is hit, how, and what the gate must say."""

from dataclasses import dataclass

AD_DIMENSIONS = {"dim_account", "dim_campaign", "dim_ad_group", "dim_ad"}
BY_CHANNEL = {"mart_channel_daily", "mart_campaign_daily"}  # shown together or not at all
REVENUE = BY_CHANNEL | {"mart_finance_daily"}
SPEND = {"fact_ad_spend", "fact_ad_spend_hist"} | AD_DIMENSIONS | BY_CHANNEL
CREDITS = {"fact_attribution", "fact_attribution_value"} | BY_CHANNEL
ORDER = {"fact_orders", "dim_customer", "fact_touchpoints"} | CREDITS | REVENUE
ORDERS = {"fact_order_lines", "fact_refunds", "fact_order_ledger", "dim_product"} | ORDER
NOTHING: set[str] = set()

# Rows of the second load, unless a case says otherwise.
_ROW = "from core.fact_ad_spend_hist where closed_load_id is null and not is_deleted"
_NEW_ROW = f"{_ROW} and load_id > {{since}} and report_level = 'ad'"
_NEW_ORDER = "from core.fact_orders where load_id > {since} order by order_name limit 1"
_THE_ROW = (
    "platform = '{platform}' and account_id = '{account_id}' "
    "and platform_date = '{platform_date}' and entity_id = '{entity_id}' and closed_load_id is null"
)
_ENTITY = "select platform, account_id, platform_date, entity_id"
_PLACE = "{platform} {account_id} {platform_date}"


# A day of Meta Ads, which has no report by campaign: a part of each ad's spend goes elsewhere.
_BIG_DAY = """
    select platform, account_id, platform_date, sum(spend_amount) as spend_amount,
        max(load_id) as load_id
    from core.fact_ad_spend_hist
    where closed_load_id is null and not is_deleted and load_id > {since} and platform = 'meta_ads'
    group by all order by all desc limit 1
"""
_MOVED = """
    insert into intermediate.int_spend_remainders by name
    select 'x' as account_day, * replace (
        'account' as report_level, account_id as entity_id, null as campaign_id,
        {share} * {{spend_amount}} as spend_amount, 0 as clicks, 0 as impressions
    )
    from intermediate.int_ad_days_versioned
    where account_id = '{{account_id}}' and platform_date = '{{platform_date}}'
        and closed_load_id is null and not is_deleted
    limit 1;
    update intermediate.int_ad_days_versioned set spend_amount = (1 - {share}) * spend_amount
    where account_id = '{{account_id}}' and platform_date = '{{platform_date}}'
        and closed_load_id is null and not is_deleted
"""


@dataclass(frozen=True, kw_only=True)
class Damage:
    """Damage: `by` changes the rows of `of`; the gate must then say `says` and withhold `holds`."""

    of: str
    by: str
    says: str
    holds: set[str]


DAMAGE = {
    "sources_read": Damage(
        of="select 'meta_ads' as source",
        by="delete from raw.batches where source = '{source}'",
        says="{source} has never been read (ad_days)",
        holds=NOTHING,
    ),
    "spend_keys_unique": Damage(
        of=f"{_ENTITY} {_NEW_ROW} order by all limit 1",
        by=(
            "insert into intermediate.int_ad_days_versioned "
            f"select * from intermediate.int_ad_days_versioned where {_THE_ROW}"
        ),
        says=_PLACE + ": {entity_id} has 2 current rows",
        holds=SPEND,
    ),
    "spend_rows_complete": Damage(
        of=f"{_ENTITY} {_NEW_ROW} order by all limit 1",
        by=(f"delete from intermediate.int_ad_days_versioned where {_THE_ROW}"),
        says=_PLACE + ": ",
        holds=SPEND,
    ),
    "spend_equals_source": Damage(
        of=f"""
            {_ENTITY} {_NEW_ROW} and spend_amount > 1 and (account_id, platform_date) in (
                select (scope, window_day) from raw.control_totals where load_id > {{since}}
            ) order by all limit 1
        """,
        by=(
            "update intermediate.int_ad_days_versioned set spend_amount = spend_amount + 0.01 "
            f"where {_THE_ROW}"
        ),
        says=_PLACE + ": spend",
        holds=SPEND,
    ),
    "ads_explain_spend": Damage(
        of=_BIG_DAY,
        by=_MOVED.format(share="0.2"),
        says="{platform} {account_id} {platform_date}: ",
        holds=NOTHING,
    ),
    "ads_explain_most_spend": Damage(
        of=_BIG_DAY,
        by=_MOVED.format(share="0.9"),
        says="{platform} {account_id} {platform_date}: ",
        holds=SPEND,
    ),
    "spend_days_covered": Damage(
        of="""
            select source, scope, window_day from raw.windows
            where stream = 'ad_days' and load_id > {since} order by all limit 1
        """,
        by=(
            "delete from raw.windows where stream = 'ad_days' and source = '{source}' "
            "and scope = '{scope}' and window_day = '{window_day}'"
        ),
        says="{source} {scope} ad_days: 1 days missing up to ",
        holds=SPEND,
    ),
    "fx_rates_valid": Damage(
        of="""
            select scope, rate_key, stated_rate_date as day from intermediate.int_fx_rates_versioned
            where closed_load_id is null order by all limit 1
        """,
        by=(
            "update intermediate.int_fx_rates_versioned set rate = null, stated_rate = 'n/a' "
            "where rate_key = '{rate_key}' and closed_load_id is null"
        ),
        says=" of {day} (ECB) is n/a",
        holds=NOTHING,
    ),
    "customer_journeys_complete": Damage(
        of="""
            select order_dk, order_name from staging.stg_shopify__orders
            where not is_test and not is_deleted order by created_at limit 1
        """,
        by=(
            "update staging.stg_shopify__orders set is_journey_ready = false "
            "where order_dk = '{order_dk}'"
        ),
        says="{order_name}, last changed on ",
        holds=NOTHING,
    ),
    "spending_accounts_accessible": Damage(
        of="select scope from ops.accounts where source = 'google_ads' order by scope limit 1",
        by=(
            "update ops.accounts set status = 'unavailable', reason = 'gone' "
            "where scope = '{scope}'"
        ),
        says="google_ads {scope} has spend up to ",
        holds=NOTHING,
    ),
    "spend_values_readable": Damage(
        of=f"{_ENTITY} {_NEW_ROW} order by all limit 1",
        by=(
            "update intermediate.int_ad_days_versioned set has_cast_problem = true "
            f"where {_THE_ROW}"
        ),
        says=_PLACE + ": 1 rows",
        holds=SPEND,
    ),
    "spend_campaigns_known": Damage(
        of=f"select platform, account_id, campaign_id, campaign_dk {_NEW_ROW} limit 1",
        by=("delete from core.dim_campaign where campaign_dk = '{campaign_dk}'"),
        says="{platform} {account_id}: campaign {campaign_id}",
        holds=SPEND,
    ),
    "spend_has_fx_rate": Damage(
        of="""
            select currency_code, platform_date from core.fact_ad_spend
            where currency_code = 'JPY' and spend_amount > 0 order by platform_date limit 1
        """,
        by=(
            "delete from core.dim_fx_rate where currency_code = 'JPY' "
            "and rate_date = '{platform_date}'"
        ),
        says="JPY on {platform_date} has no rate",
        holds=BY_CHANNEL,
    ),
    "clicks_within_impressions": Damage(
        of=f"{_ENTITY}, impressions {_NEW_ROW} order by all limit 1",
        by=(
            "update intermediate.int_ad_days_versioned set clicks = impressions + 1 "
            f"where {_THE_ROW}"
        ),
        says=_PLACE + " {entity_id}: ",
        holds=NOTHING,
    ),
    "order_keys_unique": Damage(
        of=f"select order_dk {_NEW_ORDER}",
        by=(
            "insert into intermediate.int_orders_summed "
            "select * from intermediate.int_orders_summed where order_dk = '{order_dk}'"
        ),
        says="{order_dk} has 2 rows",
        holds=ORDER,
    ),
    "order_line_keys_unique": Damage(
        of="select order_line_dk from core.fact_order_lines where load_id > {since} limit 1",
        by=(
            "insert into intermediate.int_order_lines_counted select * "
            "from intermediate.int_order_lines_counted where order_line_dk = '{order_line_dk}'"
        ),
        says="{order_line_dk} has 2 rows",
        holds={"fact_order_lines", "dim_product"},
    ),
    "refund_keys_unique": Damage(
        of="select refund_dk from core.fact_refunds where load_id > {since} limit 1",
        by=(
            "insert into intermediate.int_refunds_summed "
            "select * from intermediate.int_refunds_summed where refund_dk = '{refund_dk}'"
        ),
        says="{refund_dk} has 2 rows",
        holds={"fact_refunds"},
    ),
    "ledger_keys_unique": Damage(
        of="select order_ledger_key from core.fact_order_ledger where load_id > {since} limit 1",
        by=(
            "insert into intermediate.int_order_ledger_signed select * "
            "from intermediate.int_order_ledger_signed "
            "where order_ledger_key = '{order_ledger_key}'"
        ),
        says="{order_ledger_key} has 2 rows",
        holds={"fact_order_ledger", "fact_attribution_value"} | REVENUE,
    ),
    "orders_complete": Damage(
        of="""
            select orders.order_dk, landed.record_key from raw.shopify__orders as landed
            inner join staging.stg_shopify__orders as orders using (record_key)
            where landed.load_id > {since} order by all limit 1
        """,
        by=("delete from staging.stg_shopify__orders where order_dk = '{order_dk}'"),
        says="order {record_key} landed and is missing",
        holds=ORDERS,
    ),
    "orders_equal_shop": Damage(
        of="""
            select orders.order_dk, totals.window_day from staging.stg_shopify__orders as orders
            inner join raw.control_totals as totals on totals.load_id = orders.load_id
                and totals.window_day = cast(
                    timezone('America/New_York', timezone('UTC', orders.created_at)) as date
                )
            where totals.name = 'order_count' and orders.load_id > {since} order by all limit 1
        """,
        by=("delete from staging.stg_shopify__orders where order_dk = '{order_dk}'"),
        says="brightcart.myshopify.com {window_day}: ",
        holds=ORDERS,
    ),
    "order_components_sum_to_total": Damage(
        of=f"select order_name, order_dk {_NEW_ORDER}",
        by=(
            "update intermediate.int_orders_summed set tax_amount = tax_amount + 0.01 "
            "where order_dk = '{order_dk}'"
        ),
        says="{order_name}: ",
        holds=ORDERS,
    ),
    "ledger_equals_orders": Damage(
        of="""
            select order_name, order_dk from staging.stg_shopify__orders
            where load_id > {since} order by order_name limit 1
        """,
        by=("delete from intermediate.int_order_ledger_signed where order_dk = '{order_dk}'"),
        says="{order_name}: None in the ledger",
        holds=ORDERS,
    ),
    "refunds_explained": Damage(
        of="""
            select refund_dk, refund_id from core.fact_refunds
            where load_id > {since} and not is_test limit 1
        """,
        by=(
            "update intermediate.int_refunds_summed set items_amount = items_amount - 0.01 "
            "where refund_dk = '{refund_dk}'"
        ),
        says=": 0.010000 USD of refund {refund_id} is not explained",
        holds=NOTHING,
    ),
    "refunds_not_double_counted": Damage(
        of="""
            select orders.order_dk, orders.order_name, min(refunds.refund_dk) as refund_dk
            from core.fact_refunds as refunds
            inner join staging.stg_shopify__orders as orders
                on refunds.order_dk = orders.order_dk
            where refunds.load_id > {since} and not refunds.is_test
                and orders.presentment_currency_code = orders.currency_code
            group by all order by all limit 1
        """,
        by=(
            "update intermediate.int_refunds_summed set adjustment_amount = -1 "
            "where refund_dk = '{refund_dk}'; "
            "insert into intermediate.int_order_ledger_signed "
            "select * replace ('refund_adjustment' as component, -1 as amount) "
            "from intermediate.int_order_ledger_signed "
            "where order_dk = '{order_dk}' and component = 'sale'"
        ),
        says="{order_name}: ",
        holds=NOTHING,
    ),
    "orders_not_quarantined": Damage(
        of="select order_dk, order_name from staging.stg_shopify__orders order by all limit 1",
        by=(
            "update staging.stg_shopify__orders set has_cast_problem = true "
            "where order_dk = '{order_dk}'"
        ),
        says="order {order_name} ",
        holds=NOTHING,
    ),
    "source_totals_readable": Damage(
        of="""
            select scope, window_day from raw.control_totals
            where load_id > {since} and name = 'total_amount' order by all limit 1
        """,
        by=(
            "update raw.control_totals set value = null "
            "where scope = '{scope}' and window_day = '{window_day}' and name = 'total_amount'"
        ),
        says="shopify {scope} {window_day}: the source's own total_amount is not an amount",
        holds=NOTHING,
    ),
    "order_values_readable": Damage(
        of="select refund_dk, refund_id from core.fact_refunds where load_id > {since} limit 1",
        by=(
            "update intermediate.int_refunds_summed set has_cast_problem = true "
            "where refund_dk = '{refund_dk}'"
        ),
        says="refund {refund_id} has a value that cannot be read",
        holds=ORDERS,
    ),
    "order_customers_known": Damage(
        of=f"select order_name, customer_dk {_NEW_ORDER}",
        by=("delete from core.dim_customer where customer_dk = '{customer_dk}'"),
        says="customer of {order_name}",
        holds=ORDERS,
    ),
    "attribution_credits_sum_to_one": Damage(
        of=f"select order_name, order_dk {_NEW_ORDER}",
        by=(
            "update core.fact_attribution set credit_e12 = 500000000000 "
            "where order_dk = '{order_dk}'"
        ),
        says="{order_name}: credits of 500000000000 parts",
        holds=CREDITS,
    ),
    "credits_have_touchpoints": Damage(
        of="""
            select order_dk, touchpoint_key from core.fact_attribution
            where load_id > {since} and touchpoint_key <> 'unattributed' order by all limit 1
        """,
        by=(
            "delete from core.fact_touchpoints where order_dk = '{order_dk}' "
            "and touchpoint_key = '{touchpoint_key}'"
        ),
        says="order {order_dk}: touchpoint {touchpoint_key}",
        holds=CREDITS,
    ),
    "revenue_conserved": Damage(
        of="select max(report_date) as report_date from marts.mart_finance_daily",
        by=(
            "update marts.mart_finance_daily set net_revenue_amount = net_revenue_amount - 0.01 "
            "where report_date = '{report_date}'"
        ),
        says="{report_date}: ",
        holds=CREDITS | REVENUE,
    ),
    "channels_equal_finance": Damage(
        of="""
            select report_date, channel_dk from marts.mart_channel_daily
            where net_revenue_amount_reporting > 0 order by all desc limit 1
        """,
        by=(
            "delete from marts.mart_channel_daily where report_date = '{report_date}' "
            "and channel_dk = '{channel_dk}'"
        ),
        says="{report_date}: ",
        holds=REVENUE,
    ),
    "campaigns_equal_channels": Damage(
        of="""
            select report_date, channel_code, campaign_dk from marts.mart_campaign_daily
            inner join core.dim_channel using (channel_dk)
            where spend_amount_reporting > 0 order by all desc limit 1
        """,
        by=(
            "delete from marts.mart_campaign_daily where report_date = '{report_date}' "
            "and campaign_dk = '{campaign_dk}'"
        ),
        says="{report_date} {channel_code}: spend ",
        holds=BY_CHANNEL,
    ),
    "spend_reaches_marts": Damage(
        of="select max(report_date) as report_date from marts.mart_finance_daily",
        by=(
            "update marts.mart_channel_daily set spend_amount_reporting = 0 "
            "where report_date = '{report_date}'"
        ),
        says="{report_date}: 0.000000 in the mart",
        holds=BY_CHANNEL,
    ),
    "finance_equals_ledger": Damage(
        of="select max(report_date) as report_date from marts.mart_finance_daily",
        by=(
            "update marts.mart_finance_daily set tax_amount = tax_amount + 0.01 "
            "where report_date = '{report_date}'"
        ),
        says="{report_date} USD: ",
        holds=REVENUE,
    ),
    "revenue_has_fx_rate": Damage(
        of=f"select order_dk, report_date {_NEW_ORDER}",
        by=(
            "update intermediate.int_order_ledger_signed set currency_code = 'XAU' "
            "where order_dk = '{order_dk}'"
        ),
        says="XAU on {report_date} has no rate",
        holds=REVENUE,
    ),
    "no_quarantined_records": Damage(
        of="select 'no_key' as reason",
        by=(
            "insert into raw.quarantine (load_id, source, stream, scope, reason) "
            "values ({since} + 1, 'shopify', 'orders', 'shop', '{reason}')"
        ),
        says="shopify.orders shop: 1 x no_key",
        holds=NOTHING,
    ),
}
