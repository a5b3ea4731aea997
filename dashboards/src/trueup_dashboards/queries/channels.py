"""Queries of the Channels page."""

from trueup_dashboards.queries.marts import (
    CAMPAIGN_DAYS,
    CHANNEL_DAYS,
    PERIOD_DAYS,
    SPEND_SUM,
    for_a_period,
    ratio_of,
    whole_sum,
)

# One row per channel, by spend and then revenue.
TABLE = f"""
with {CHANNEL_DAYS},
channels as (
    select
        channel_code,
        any_value(channel) as channel,
        any_value(channel_group) as channel_group,
        {SPEND_SUM} as spend,
        {for_a_period("max(spend_reason) filter (spend is null)")} as spend_reason,
        cast({whole_sum("impressions")} as bigint) as impressions,
        cast({whole_sum("clicks")} as bigint) as clicks,
        {whole_sum("orders")} as orders,
        {whole_sum("net_revenue")} as net_revenue,
        {for_a_period("max(revenue_reason)")} as revenue_reason,
        {whole_sum("new_customers")} as new_customers
    from channel_days
    group by channel_code
)
select
    channel_code,
    channel,
    channel_group,
    spend,
    impressions,
    clicks,
    {ratio_of("clicks", "impressions")} as ctr,
    {ratio_of("spend", "clicks")} as cpc,
    orders,
    net_revenue,
    new_customers,
    {ratio_of("nullif(spend, 0)", "new_customers")} as cac,
    {ratio_of("net_revenue", "nullif(spend, 0)")} as roas,
    spend_reason,
    revenue_reason
from channels
order by spend desc nulls last, net_revenue desc, channel_code
"""

# One row per channel and day of the period. A day without figures of the channel is NULL; a channel
# that is not paid for costs nothing on it.
DAYS = f"""
with {CHANNEL_DAYS}, {PERIOD_DAYS},
channels as (
    select
        channel_code,
        any_value(channel) as channel,
        any_value(channel_group) as channel_group
    from channel_days
    group by channel_code
)
select
    channels.channel_code,
    channels.channel,
    days.day,
    case
        when channel_days.day is null and channels.channel_group <> 'Paid' then 0
        else channel_days.spend
    end as spend,
    channel_days.spend_reason,
    channel_days.net_revenue,
    channel_days.revenue_reason
from channels
cross join days
left join channel_days
    on channels.channel_code = channel_days.channel_code and days.day = channel_days.day
order by channels.channel_code, days.day
"""

# One row per channel that platforms claim conversions for, with the ROAS by their own count. It is
# compared with ours; no other figure includes it.
CLAIMS = f"""
with {CAMPAIGN_DAYS}
select
    channel_code,
    {ratio_of(whole_sum("claimed_value"), whole_sum("spend"))} as claimed_roas
from campaign_days
group by channel_code
"""
