"""What the Channels page draws."""

from trueup_dashboards.queries.marts import (
    CAMPAIGN_DAYS,
    CHANNEL_DAYS,
    SPEND_SUM,
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
        max(spend_reason) filter (spend is null) as spend_reason,
        cast({whole_sum("impressions")} as bigint) as impressions,
        cast({whole_sum("clicks")} as bigint) as clicks,
        sum(orders) as orders,
        {whole_sum("net_revenue")} as net_revenue,
        sum(new_customers) as new_customers,
        list(cast(coalesce(net_revenue, 0) as double) order by day) as revenue_by_day
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
    revenue_by_day
from channels
order by spend desc nulls last, net_revenue desc, channel_code
"""

# One row per channel and day of the period; NULL where a day has no figures of the channel.
DAYS = f"""
with {CHANNEL_DAYS},
days as (
    select cast(unnest(generate_series(
        cast($since as date), cast($until as date) - 1, interval 1 day
    )) as date) as day
),
channels as (
    select channel_code, any_value(channel) as channel from channel_days group by channel_code
)
select
    channels.channel_code,
    channels.channel,
    days.day,
    channel_days.spend,
    channel_days.net_revenue
from channels
cross join days
left join channel_days
    on channels.channel_code = channel_days.channel_code and days.day = channel_days.day
order by channels.channel_code, days.day
"""

# One row per channel that platforms claim conversions for: what they say that their clicks and
# views brought. It is compared with ours and added to nothing.
CLAIMS = f"""
with {CAMPAIGN_DAYS}
select
    channel_code,
    {ratio_of(whole_sum("claimed_value"), whole_sum("spend"))} as claimed_roas
from campaign_days
group by channel_code
"""
