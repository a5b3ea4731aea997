"""Queries of the Campaigns page: one row per campaign id, with the platform's claims."""

from trueup_dashboards.names import shown
from trueup_dashboards.queries.marts import CAMPAIGN_DAYS, PERIOD_DAYS, ratio_of, whole_sum

ROWS_SHOWN = 500

# A campaign without impressions, spend and credit in the period is left out.
_CAMPAIGNS = f"""
with {CAMPAIGN_DAYS},
campaigns as (
    select
        campaign_dk,
        any_value(platform) as platform,
        any_value(account_id) as account_id,
        any_value(campaign_id) as campaign_id,
        any_value(campaign) as campaign,
        any_value(formerly) as formerly,
        any_value(status) as status,
        arg_max(channel_code, coalesce(spend, 0)) as channel_code,
        arg_max(channel, coalesce(spend, 0)) as channel,
        {whole_sum("spend")} as spend,
        cast({whole_sum("impressions")} as bigint) as impressions,
        cast({whole_sum("clicks")} as bigint) as clicks,
        {whole_sum("orders")} as orders,
        {whole_sum("net_revenue")} as net_revenue,
        {whole_sum("new_customers")} as new_customers,
        {whole_sum("claimed_conversions")} as claimed_conversions,
        {whole_sum("claimed_value")} as claimed_value
    from campaign_days
    group by campaign_dk
),
named as (
    select
        campaigns.*,
        case
            when accounts.name is null then {shown("campaigns.account_id")}
            else {shown("accounts.name")}
        end as account
    from campaigns
    left join ops.accounts as accounts
        on campaigns.platform = accounts.source and campaigns.account_id = accounts.scope
)
"""

# `$search` is matched as text, wherever it stands in name or id. `spend_by_day` has one amount per
# day of the period: 0 on a day that the report leaves out, NULL on one with an unknown amount.
TABLE = f"""
{_CAMPAIGNS},
filtered as (
    select *
    from named
    where
        (len($channels) = 0 or list_contains($channels, channel_code))
        and (len($accounts) = 0 or list_contains($accounts, account_id))
        and (
            $search = ''
            or contains(lower(campaign), lower($search))
            or contains(lower(formerly), lower($search))
            or contains(lower(campaign_id), lower($search))
        )
),
{PERIOD_DAYS},
spending as (
    select campaign_dk, day, {whole_sum("spend")} as spend
    from campaign_days
    group by campaign_dk, day
),
series as (
    select
        filtered.campaign_dk,
        list(
            case when spending.day is null then 0 else spending.spend end order by days.day
        ) as spend_by_day
    from filtered
    cross join days
    left join spending
        on filtered.campaign_dk = spending.campaign_dk and days.day = spending.day
    group by filtered.campaign_dk
)
select
    filtered.campaign,
    {shown("filtered.campaign_id")} as campaign_id,
    filtered.formerly,
    filtered.status,
    filtered.channel_code,
    filtered.channel,
    filtered.platform,
    filtered.account_id,
    filtered.account,
    filtered.spend,
    series.spend_by_day,
    filtered.impressions,
    filtered.clicks,
    {ratio_of("clicks", "impressions")} as ctr,
    {ratio_of("spend", "clicks")} as cpc,
    filtered.orders,
    filtered.claimed_conversions,
    filtered.net_revenue,
    filtered.claimed_value,
    filtered.new_customers,
    {ratio_of("nullif(spend, 0)", "new_customers")} as cac,
    {ratio_of("net_revenue", "spend")} as roas,
    count(*) over () as found
from filtered
inner join series on filtered.campaign_dk = series.campaign_dk
order by spend desc nulls last, net_revenue desc nulls last, filtered.campaign_dk
limit {ROWS_SHOWN}
"""

# Options of the filters.
FILTERS = f"""
{_CAMPAIGNS}
select distinct channel_code, channel, account_id, account
from named
order by channel, account, account_id
"""
