"""Gates across layers: every credit, every cent and every day of the marts tied to its facts."""

from trueup.quality.gates import Gate, Severity

_CREDITS = frozenset({"fact_attribution", "fact_attribution_value"})
_MARTS = frozenset({"mart_channel_daily", "mart_campaign_daily", "mart_finance_daily"})

MART_GATES = (
    Gate(
        name="credits_add_up",
        title="The credits of every order add up to exactly one",
        protects=_CREDITS,
        sql="""
            select orders.order_name, credits.attribution_model_code,
                coalesce(sum(credits.credit_e12), 0) as credit_e12
            from core.fact_orders as orders
            left join core.fact_attribution as credits on orders.order_dk = credits.order_dk
            where not orders.is_test
                and (orders.load_id > {since} or credits.load_id > {since})
            group by orders.order_dk, orders.order_name, credits.attribution_model_code
            having coalesce(sum(credits.credit_e12), 0) <> 1000000000000
        """,
        explain="{order_name}: credits of {credit_e12} parts in 10^12",
        why="Revenue would be attributed more than once, or not at all.",
        hint="Report it with the order's name.",
        owner="platform",
    ),
    Gate(
        name="touches_known",
        title="Every credited touch is in fact_touchpoints",
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
        explain="order {order_dk}: touch {touchpoint_key}",
        why="A credit could not be explained.",
        hint="Report it.",
        owner="platform",
    ),
    Gate(
        name="revenue_conserved",
        title="Attributed and unattributed revenue are finance revenue, per day and currency",
        protects=_CREDITS | _MARTS,
        sql="""
            with attributed as (
                select report_date, currency_code, sum(amount) as attributed_amount
                from core.fact_attribution_value
                where is_net_revenue
                group by report_date, currency_code
            ),
            compared as (
                select
                    coalesce(finance.report_date, attributed.report_date) as report_date,
                    coalesce(finance.currency_code, attributed.currency_code) as currency_code,
                    coalesce(finance.net_revenue_amount, 0) as finance_amount,
                    coalesce(attributed.attributed_amount, 0) as attributed_amount
                from marts.mart_finance_daily as finance
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
        hint="Report it with the day: some credit or ledger entry is missing or doubled.",
        owner="finance",
    ),
    Gate(
        name="channels_equal_finance",
        title="Net revenue by channel adds up to finance, per day",
        protects=_MARTS,
        sql="""
            with channels as (
                select report_date, sum(net_revenue_amount_reporting) as channel_amount,
                    count_if(net_revenue_amount_reporting is null) as unknown_channels
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
            select * from compared
            where finance_amount <> channel_amount
                and unknown_currencies = 0 and unknown_channels = 0
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
        sql="""
            with campaigns as (
                select report_date, channel_dk, sum(spend_amount_reporting) as spend,
                    sum(net_revenue_amount_reporting) as revenue,
                    count_if(spend_amount_reporting is null) as unknown_spend
                from marts.mart_campaign_daily group by report_date, channel_dk
            )
            select channels.report_date, channels.channel_code,
                coalesce(channels.spend_amount_reporting, 0) as channel_spend,
                coalesce(campaigns.spend, 0) as campaign_spend,
                coalesce(channels.net_revenue_amount_reporting, 0) as channel_revenue,
                coalesce(campaigns.revenue, 0) as campaign_revenue
            from marts.mart_channel_daily as channels
            left join campaigns
                on channels.report_date = campaigns.report_date
                and channels.channel_dk = campaigns.channel_dk
            where channels.spend_amount_reporting is not null
                and coalesce(campaigns.unknown_spend, 0) = 0
                and (
                    channels.spend_amount_reporting <> coalesce(campaigns.spend, 0)
                    or channels.net_revenue_amount_reporting <> coalesce(campaigns.revenue, 0)
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
        title="Spend in the channel mart is the spend of the facts, per day",
        protects=frozenset({"mart_channel_daily", "mart_campaign_daily"}),
        sql="""
            with facts as (
                select platform_date as report_date, sum(spend_amount_reporting) as fact_spend
                from core.fact_ad_spend
                where platform_date in (
                    select window_day from raw.windows
                    where load_id > {since} and window_day is not null
                )
                group by platform_date
                having count_if(spend_amount is not null and spend_amount_reporting is null) = 0
            ),
            marts as (
                select report_date, sum(spend_amount_reporting) as mart_spend
                from marts.mart_channel_daily group by report_date
            )
            select facts.report_date, facts.fact_spend, coalesce(marts.mart_spend, 0) as mart_spend
            from facts
            left join marts on facts.report_date = marts.report_date
            where facts.fact_spend <> coalesce(marts.mart_spend, 0)
        """,
        explain="{report_date}: {mart_spend} in the mart, {fact_spend} in the facts",
        why="ROAS and CAC would stand on other spend than the platforms state.",
        hint="Report it with the day.",
        owner="platform",
    ),
    Gate(
        name="revenue_rates_known",
        title="Every amount of revenue has an exchange rate",
        protects=_MARTS,
        sql="""
            select currency_code, report_date, sum(amount) as amount
            from core.fact_order_ledger
            where amount <> 0 and amount_reporting is null
            group by currency_code, report_date
            order by report_date desc
        """,
        explain="{amount} {currency_code} on {report_date} has no rate",
        why="A total without these amounts would be too low, and a guessed rate would be wrong.",
        hint="Add the rate to the file that sources.fx.path names, then: trueup run",
        owner="finance",
    ),
    Gate(
        name="records_kept_aside",
        title="No record had to be kept aside",
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
        hint="See trueup status; ask whoever owns the source to mend them.",
        owner="platform",
    ),
)
