"""Gates across layers: credits, amounts and days of the marts equal those of the facts."""

from trueup.quality.gates import Gate, Severity

_CREDITS = frozenset({"fact_attribution", "fact_attribution_value"})
_MARTS = frozenset({"mart_channel_daily", "mart_campaign_daily", "mart_finance_daily"})

MART_GATES = (
    Gate(
        name="attribution_credits_sum_to_one",
        title="The credits of every order add up to exactly one",
        protects=_CREDITS,
        # A new click or campaign rewrites the credits of old orders. Credits that are lost in this
        # leave no row with a new load, so the search for orders without credits covers all orders.
        sql="""
            with touched as (
                select order_dk from core.fact_orders where load_id > {since}
                union
                select order_dk from core.fact_attribution where load_id > {since}
                union
                select orders.order_dk
                from intermediate.int_orders_summed as orders
                cross join core.dim_attribution_model as models
                anti join core.fact_attribution as credits
                    on orders.order_dk = credits.order_dk
                    and models.attribution_model_dk = credits.attribution_model_dk
            ),
            expected as (
                select orders.order_dk, orders.order_name, models.attribution_model_code,
                    1000000000000 as credit_e12
                from core.fact_orders as orders
                cross join core.dim_attribution_model as models
                where not orders.is_test and orders.order_dk in (select order_dk from touched)
            ),
            credited as (
                select order_dk, attribution_model_code, sum(credit_e12) as credit_e12
                from core.fact_attribution
                where order_dk in (select order_dk from touched)
                group by order_dk, attribution_model_code
            )
            select coalesce(expected.order_name, 'no order ' || credited.order_dk) as order_name,
                coalesce(credited.credit_e12, 0) as credit_e12
            from expected
            full outer join credited
                on expected.order_dk = credited.order_dk
                and expected.attribution_model_code = credited.attribution_model_code
            where expected.credit_e12 is distinct from credited.credit_e12
        """,
        explain="{order_name}: credits of {credit_e12} parts in 10^12",
        why="Revenue would be attributed more than once, or not at all.",
        hint="Report it with the order's name.",
        owner="platform",
    ),
    Gate(
        name="credits_have_touchpoints",
        title="Every credit has its touchpoint in fact_touchpoints",
        protects=_CREDITS,
        sql="""
            select credits.order_dk, credits.touchpoint_key
            from core.fact_attribution as credits
            left join core.fact_touchpoints as touches
                on credits.order_dk = touches.order_dk
                and credits.touchpoint_key = touches.touchpoint_key
            where credits.load_id > {since} and credits.touchpoint_key <> 'unattributed'
                and touches.touchpoint_key is null
        """,
        explain="order {order_dk}: touchpoint {touchpoint_key}",
        why="Nobody could see which touchpoint earned the credit.",
        hint="Report it.",
        owner="platform",
    ),
    Gate(
        name="revenue_conserved",
        title="Attributed plus unattributed revenue equals finance, per day and currency",
        protects=_CREDITS | _MARTS,
        sql="""
            with attributed as (
                select report_date, currency_code, sum(amount) as attributed_amount
                from core.fact_attribution_value
                where is_net_revenue and report_date >= {start}
                group by report_date, currency_code
            ),
            finance as (
                -- Summed, since each row of a duplicated day equals the facts by itself.
                select report_date, currency_code, sum(net_revenue_amount) as net_revenue_amount
                from marts.mart_finance_daily
                group by report_date, currency_code
            ),
            compared as (
                select
                    coalesce(finance.report_date, attributed.report_date) as report_date,
                    coalesce(finance.currency_code, attributed.currency_code) as currency_code,
                    coalesce(finance.net_revenue_amount, 0) as finance_amount,
                    coalesce(attributed.attributed_amount, 0) as attributed_amount
                from finance
                full outer join attributed
                    on finance.report_date = attributed.report_date
                    and finance.currency_code = attributed.currency_code
            )
            select *, attributed_amount - finance_amount as difference
            from compared
            where attributed_amount <> finance_amount
            order by abs(attributed_amount - finance_amount) desc
        """,
        explain="{report_date}: {attributed_amount} attributed, {finance_amount} {currency_code} "
        "in finance, difference {difference}",
        why="Marketing and finance would show different revenue.",
        hint="Report it with the day: a credit or ledger entry is missing or duplicated.",
        owner="finance",
    ),
    Gate(
        name="channels_equal_finance",
        title="Net revenue by channel adds up to finance, per day",
        protects=_MARTS,
        sql="""
            with channels as (
                select report_date, sum(net_revenue_amount_reporting) as channel_amount,
                    count_if(
                        net_revenue_amount_reporting is null
                        and revenue_status not in ('never_read', 'not_read', 'not_configured')
                    ) as unknown_channels
                from marts.mart_channel_daily group by report_date
            ),
            finance as (
                select report_date, sum(net_revenue_amount_reporting) as finance_amount,
                    count_if(net_revenue_amount_reporting is null) as unknown_currencies
                from marts.mart_finance_daily group by report_date
            ),
            compared as (
                select coalesce(finance.report_date, channels.report_date) as report_date,
                    coalesce(finance.finance_amount, 0) as finance_amount,
                    coalesce(channels.channel_amount, 0) as channel_amount,
                    coalesce(finance.unknown_currencies, 0) as unknown_currencies,
                    coalesce(channels.unknown_channels, 0) as unknown_channels
                from finance
                full outer join channels on finance.report_date = channels.report_date
            )
            -- Unknown on both sides is checked by revenue_has_fx_rate; on one side, it is a loss.
            select * from compared
            where (unknown_currencies = 0) <> (unknown_channels = 0)
                or (unknown_currencies = 0 and finance_amount <> channel_amount)
        """,
        explain="{report_date}: {channel_amount} by channel, {finance_amount} in finance",
        why="Marketing and finance would show different revenue.",
        hint="Report it with the day.",
        owner="finance",
    ),
    Gate(
        name="campaigns_equal_channels",
        title="Spend and revenue by campaign add up to those by channel, per day",
        protects=frozenset({"mart_channel_daily", "mart_campaign_daily"}),
        shown_together=frozenset({"mart_channel_daily", "mart_campaign_daily"}),
        # Compares in both directions; an unknown figure equals only an unknown one.
        sql="""
            with channels as (
                select report_date, channel_dk, min(channel_code) as channel_code,
                    min(spend_status) as spend_status,
                    if(count_if(spend_amount_reporting is null) = 0,
                        sum(spend_amount_reporting), null) as spend,
                    if(count_if(net_revenue_amount_reporting is null) = 0,
                        sum(net_revenue_amount_reporting), null) as revenue
                from marts.mart_channel_daily group by report_date, channel_dk
            ),
            campaigns as (
                select report_date, channel_dk,
                    if(count_if(spend_amount_reporting is null) = 0,
                        sum(spend_amount_reporting), null) as spend,
                    if(count_if(net_revenue_amount_reporting is null) = 0,
                        sum(net_revenue_amount_reporting), null) as revenue
                from marts.mart_campaign_daily group by report_date, channel_dk
            )
            select coalesce(channels.report_date, campaigns.report_date) as report_date,
                coalesce(channels.channel_code, 'no channel') as channel_code,
                channels.spend as channel_spend, campaigns.spend as campaign_spend,
                channels.revenue as channel_revenue, campaigns.revenue as campaign_revenue
            from channels
            full outer join campaigns
                on channels.report_date = campaigns.report_date
                and channels.channel_dk = campaigns.channel_dk
            -- If one account lacks a day, the channel's spend is unknown on that day, but the
            -- campaigns of the other accounts are known.
            where channels.revenue is distinct from campaigns.revenue
                or (
                    channels.spend is distinct from campaigns.spend
                    and coalesce(channels.spend_status, '') not in ('never_read', 'not_read')
                )
        """,
        explain="{report_date} {channel_code}: spend {campaign_spend} of {channel_spend}, "
        "revenue {campaign_revenue} of {channel_revenue}",
        why="The campaigns page and the channels page would disagree.",
        hint="Report it with the day and channel.",
        owner="platform",
    ),
    Gate(
        name="spend_reaches_marts",
        title="Spend in the channel mart equals the facts, per day and channel",
        protects=frozenset({"mart_channel_daily", "mart_campaign_daily"}),
        # New spend, orders, credits or rates rewrite a day of the mart, and the day has no load id
        # that shows it. So the gate compares all days: one pass over two sums.
        sql="""
            with facts as (
                select platform_date as report_date, channel_dk,
                    sum(spend_amount_reporting) as fact_spend,
                    count_if(spend_amount_reporting is null) as unknown_amounts
                from core.fact_ad_spend
                where platform_date >= {start}
                group by platform_date, channel_dk
            ),
            marts as (
                select report_date, channel_dk, any_value(spend_status) as spend_status,
                    sum(spend_amount_reporting) as mart_spend,
                    count_if(spend_amount_reporting is null) as unknown_rows
                from marts.mart_channel_daily group by report_date, channel_dk
            )
            select coalesce(facts.report_date, marts.report_date) as report_date,
                coalesce(facts.fact_spend, 0) as fact_spend,
                coalesce(marts.mart_spend, 0) as mart_spend
            from facts
            full outer join marts
                on facts.report_date = marts.report_date and facts.channel_dk = marts.channel_dk
            -- The mart shows no spend for a day on which an account was not read.
            where coalesce(marts.spend_status, 'lost')
                    not in ('never_read', 'not_read', 'not_configured')
                and (
                    (coalesce(facts.unknown_amounts, 0) = 0)
                        <> (coalesce(marts.unknown_rows, 0) = 0)
                    or (
                        coalesce(facts.unknown_amounts, 0) = 0
                        and coalesce(facts.fact_spend, 0) <> coalesce(marts.mart_spend, 0)
                    )
                )
        """,
        explain="{report_date}: {mart_spend} in the mart, {fact_spend} in the facts",
        why="ROAS and CAC would use other spend than the platforms report.",
        hint="Report it with the day.",
        owner="platform",
    ),
    Gate(
        name="finance_equals_ledger",
        title="Every finance figure equals the ledger and orders, per day and currency",
        protects=_MARTS,
        # The other revenue gates compare net revenue only.
        sql="""
            with entries as (
                select report_date, currency_code, component, amount, 0 as orders,
                    0 as new_customers
                from core.fact_order_ledger
                union all
                select report_date, currency_code, 'order', 0, 1,
                    case when is_first_order then 1 else 0 end
                from core.fact_orders
                where not is_test
            ),
            facts as (
                select report_date, currency_code,
                    sum(amount) filter (
                        where component in (
                            'sale', 'discount', 'tax', 'shipping', 'refund_items',
                            'refund_adjustment', 'refund_tax', 'refund_shipping', 'cancellation',
                            'cancelled_tax', 'cancelled_shipping'
                        )
                    ) as amount,
                    sum(amount) filter (where component = 'sale') as gmv,
                    sum(orders) as orders, sum(new_customers) as new_customers
                from entries
                where report_date >= {start}
                group by report_date, currency_code
            ),
            finance as (
                select report_date, currency_code,
                    sum(
                        net_revenue_amount + tax_amount + shipping_amount - refunded_tax_amount
                        - refunded_shipping_amount
                    ) as amount,
                    sum(gmv_amount) as gmv, sum(orders) as orders,
                    sum(new_customers) as new_customers
                from marts.mart_finance_daily
                group by report_date, currency_code
            )
            select coalesce(facts.report_date, finance.report_date) as report_date,
                coalesce(facts.currency_code, finance.currency_code) as currency_code,
                finance.amount || ' by ' || finance.orders || ' orders, ' || finance.new_customers
                    || ' of new customers' as in_finance,
                facts.amount || ' by ' || facts.orders || ' orders, ' || facts.new_customers
                    || ' of new customers' as in_facts
            from facts
            full outer join finance
                on facts.report_date = finance.report_date
                and facts.currency_code = finance.currency_code
            where coalesce(facts.amount, 0) <> coalesce(finance.amount, 0)
                or coalesce(facts.gmv, 0) <> coalesce(finance.gmv, 0)
                or coalesce(facts.orders, 0) <> coalesce(finance.orders, 0)
                or coalesce(facts.new_customers, 0) <> coalesce(finance.new_customers, 0)
        """,
        explain="{report_date} {currency_code}: {in_finance} in finance, {in_facts} in the facts",
        why="Finance would sign figures that do not follow from the ledger.",
        hint="Report it with the day and currency.",
        owner="finance",
    ),
    Gate(
        name="revenue_has_fx_rate",
        title="Every amount of revenue has an exchange rate",
        protects=_MARTS,
        sql="""
            select currency_code, report_date, sum(amount) as amount
            from core.fact_order_ledger
            where amount <> 0 and amount_reporting is null and report_date >= {start}
            group by currency_code, report_date
            order by report_date desc
        """,
        explain="{amount} {currency_code} on {report_date} has no rate",
        why="A total without these amounts would be too low, and a guessed rate would be wrong.",
        hint="Add the rate to the file that sources.fx.path names, then: trueup run",
        owner="finance",
    ),
    Gate(
        name="no_quarantined_records",
        title="No record was quarantined",
        protects=frozenset(),
        severity=Severity.WARN,
        sql="""
            select source, stream, scope, reason, count(*) as records
            from raw.quarantine
            where load_id > {since}
            group by source, stream, scope, reason
            order by count(*) desc
        """,
        explain="{source}.{stream} {scope}: {records} x {reason}",
        why="These records are in no figure. They are kept, with the reason, in raw.quarantine.",
        hint="See trueup status. The owner of the source can fix the records.",
        owner="platform",
    ),
)
