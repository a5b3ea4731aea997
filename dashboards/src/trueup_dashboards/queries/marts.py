"""The marts as this dashboard names their columns: the one place that knows both.

Amounts are decimals in the reporting currency. Sums over a slice with an amount that could not be
converted are unknown: a part is never shown as if it were the whole.
"""

from trueup_dashboards.names import shown

FINANCE = "mart_finance_daily"
CHANNELS = "mart_channel_daily"
CAMPAIGNS = "mart_campaign_daily"
# What is read to name campaigns and to convert what platforms claim.
CAMPAIGN_TABLES = (CAMPAIGNS, "dim_campaign", "dim_channel", "dim_fx_rate")

# Reasons that need no word of the marts: an amount is there, or its source is none of the project.
NO_RATE = "an amount has no exchange rate"
NOT_CONFIGURED = "no source is configured for its spend"


def whole_sum(column: str) -> str:
    """The sum of `column`, or NULL when one of its rows is unknown."""
    return f"case when count(*) = count({column}) then sum({column}) end"


def for_a_period(reason: str) -> str:
    """`reason`, which the marts give for one day, as said of a period with such a day."""
    return f"replace({reason}, 'for this day', 'for every day')"


# Spend over channels. A channel whose platform is no source of the project adds nothing to it.
SPEND_SUM = """case
            when count(*) filter (spend is null and counts) = 0 then sum(spend)
        end"""

# What is attributed is measured against its own spend: rows that did not cost are left out.
_COSTS = "(counts and (spend is null or spend <> 0))"
PAID_REVENUE = f"""case
            when count(*) filter ({_COSTS}) = count(net_revenue) filter ({_COSTS})
                then sum(net_revenue) filter ({_COSTS})
        end"""


def ratio_of(above: str, below: str) -> str:
    """`above` / `below` to ten places; NULL when there is nothing to divide by."""
    return (
        f"try_cast(cast({above} as double) / nullif(cast({below} as double), 0) as decimal(38, 10))"
    )


# One row per day of the period, with or without figures.
PERIOD_DAYS = """
days as (
    select cast(unnest(generate_series(
        cast($since as date), cast($until as date) - 1, interval 1 day
    )) as date) as day
)
"""

# One row per day: orders of all currencies, converted.
FINANCE_DAYS = f"""
finance_days as (
    select
        report_date as day,
        {whole_sum("net_revenue_amount_reporting")} as net_revenue,
        cast(sum(orders) as bigint) as orders,
        cast(sum(new_customers) as bigint) as new_customers
    from marts.mart_finance_daily
    where report_date >= $since and report_date < $until
    group by report_date
)
"""

# One row per day and channel, `unattributed` among them.
CHANNEL_DAYS = f"""
channel_days as (
    select
        report_date as day,
        channel_code,
        {shown("channel_name")} as channel,
        channel_group,
        case
            when channel_group in ('Unattributed', 'Unknown') then 'Unattributed'
            when channel_group in ('Direct', 'Organic') then 'Direct & organic'
            else 'Attributed'
        end as part,
        spend_amount_reporting as spend,
        spend_status is distinct from 'not_configured' as counts,
        case
            when spend_amount_reporting is not null then null
            when spend_status = 'not_configured' then '{NOT_CONFIGURED}'
            else coalesce(spend_reason, '{NO_RATE}')
        end as spend_reason,
        impressions,
        clicks,
        attributed_orders as orders,
        net_revenue_amount_reporting as net_revenue,
        case
            when net_revenue_amount_reporting is null then coalesce(revenue_reason, '{NO_RATE}')
        end as revenue_reason,
        new_customers
    from (
        select * from marts.mart_channel_daily
        union all by name
        -- Versions of earlier releases have none of these columns.
        select
            cast(null as varchar) as spend_status,
            cast(null as varchar) as spend_reason,
            cast(null as varchar) as revenue_reason
        where false
    )
    where report_date >= $since and report_date < $until
)
"""

# One row per day and campaign under its newest name. Revenue without a campaign is not here.
# What platforms claim is in the account's currency; it is converted as spend is.
CAMPAIGN_DAYS = f"""
named_campaigns as (
    select
        campaign_dk,
        platform,
        account_id,
        campaign_id,
        {shown("campaign_name")} as campaign,
        status
    from core.dim_campaign
    where is_current and campaign_id is not null
),
former_names as (
    select
        former.campaign_dk,
        string_agg(distinct {shown("former.campaign_name")}, ' · ') as formerly
    from core.dim_campaign as former
    inner join core.dim_campaign as latest
        on former.campaign_dk = latest.campaign_dk and latest.is_current
    where former.campaign_name is distinct from latest.campaign_name and not former.is_current
    group by former.campaign_dk
),
campaign_days as (
    select
        daily.report_date as day,
        -- What leads to no known campaign is apart by channel, or one would have another's.
        case
            when daily.campaign_dk = '-1' then concat_ws('|', '-1', channels.channel_code)
            when daily.campaign_dk = '-2' then concat_ws('|', '-2', daily.account_dk)
            else daily.campaign_dk
        end as campaign_dk,
        coalesce(named_campaigns.platform, 'unknown') as platform,
        coalesce(named_campaigns.account_id, 'unknown') as account_id,
        coalesce(named_campaigns.campaign_id, daily.campaign_dk) as campaign_id,
        case
            when daily.campaign_dk = '-2' then '(in no campaign)'
            else coalesce(named_campaigns.campaign, '(unknown campaign)')
        end as campaign,
        coalesce(former_names.formerly, '') as formerly,
        coalesce(lower(named_campaigns.status), '') as status,
        coalesce(channels.channel_code, 'unknown') as channel_code,
        coalesce({shown("channels.channel_name")}, 'Unknown') as channel,
        daily.spend_amount_reporting as spend,
        daily.impressions,
        daily.clicks,
        daily.attributed_orders as orders,
        daily.net_revenue_amount_reporting as net_revenue,
        daily.new_customers,
        daily.platform_conversions as claimed_conversions,
        case
            when daily.platform_conversion_value_amount = 0 then 0
            when daily.currency_code = daily.reporting_currency_code
                then daily.platform_conversion_value_amount
            else cast(daily.platform_conversion_value_amount * rates.rate as decimal(20, 6))
        end as claimed_value
    from marts.mart_campaign_daily as daily
    left join named_campaigns on daily.campaign_dk = named_campaigns.campaign_dk
    left join former_names on daily.campaign_dk = former_names.campaign_dk
    left join core.dim_channel as channels on daily.channel_dk = channels.channel_dk
    left join core.dim_fx_rate as rates
        on daily.currency_code = rates.currency_code and daily.report_date = rates.rate_date
    where
        daily.report_date >= $since
        and daily.report_date < $until
        -- Of what belongs to no campaign, only what an account's own total leaves over is spend.
        and (daily.campaign_dk <> '-2' or daily.account_dk not in ('-1', '-2'))
)
"""


def span(mart: str) -> str:
    """One row: the first and last day that `mart` has figures for, and their currency."""
    return f"""
select
    min(report_date) as first_day,
    max(report_date) as last_day,
    any_value(reporting_currency_code) as currency
from marts.{mart}
"""
