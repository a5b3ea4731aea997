"""What the Overview draws: totals of a period, its days, and where its revenue came from."""

from trueup_dashboards.queries.marts import (
    CHANNEL_DAYS,
    FINANCE_DAYS,
    PAID_REVENUE,
    SPEND_SUM,
    ratio_of,
    whole_sum,
)

# One row. ROAS is of what is attributed to channels that cost; MER is of all revenue.
TOTALS = f"""
with {FINANCE_DAYS}, {CHANNEL_DAYS},
finance as (
    select
        {whole_sum("net_revenue")} as net_revenue,
        sum(orders) as orders,
        sum(new_customers) as new_customers
    from finance_days
),
channels as (
    select
        channel_code,
        bool_or(counts) as counts,
        {SPEND_SUM} as spend,
        {whole_sum("net_revenue")} as net_revenue
    from channel_days
    group by channel_code
),
spending as (
    select
        {SPEND_SUM} as spend,
        {PAID_REVENUE} as paid_revenue
    from channels
)
select
    net_revenue,
    orders,
    new_customers,
    spend,
    {ratio_of("paid_revenue", "spend")} as roas,
    {ratio_of("net_revenue", "spend")} as mer,
    {ratio_of("nullif(spend, 0)", "new_customers")} as cac
from finance
cross join spending
"""

# One row per day of the period; a day that the marts do not have is NULL.
DAYS = f"""
with {FINANCE_DAYS}, {CHANNEL_DAYS},
days as (
    select cast(unnest(generate_series(
        cast($since as date), cast($until as date) - 1, interval 1 day
    )) as date) as day
),
spending as (
    select
        day,
        {SPEND_SUM} as spend,
        {PAID_REVENUE} as paid_revenue
    from channel_days
    group by day
)
select
    days.day,
    finance_days.net_revenue,
    finance_days.orders,
    finance_days.new_customers,
    spending.spend,
    {ratio_of("paid_revenue", "spending.spend")} as roas,
    {ratio_of("nullif(spending.spend, 0)", "finance_days.new_customers")} as cac
from days
left join finance_days on days.day = finance_days.day
left join spending on days.day = spending.day
order by days.day
"""

# One row: the parts of revenue, all of it, and what is left between them, to the last digit.
IDENTITY = f"""
with {FINANCE_DAYS}, {CHANNEL_DAYS},
parts as (
    select
        day,
        coalesce(sum(net_revenue) filter (part = 'Attributed'), 0) as attributed,
        coalesce(sum(net_revenue) filter (part = 'Direct & organic'), 0) as direct,
        coalesce(sum(net_revenue) filter (part = 'Unattributed'), 0) as unattributed
    from channel_days
    where net_revenue is not null
    group by day
),
days as (
    select
        coalesce(parts.attributed, 0) as attributed,
        coalesce(parts.direct, 0) as direct,
        coalesce(parts.unattributed, 0) as unattributed,
        coalesce(finance_days.net_revenue, 0) as net_revenue
    from finance_days
    full outer join parts on finance_days.day = parts.day
)
select
    sum(attributed) as attributed,
    sum(direct) as direct,
    sum(unattributed) as unattributed,
    sum(net_revenue) as net_revenue,
    sum(net_revenue - attributed - direct - unattributed) as difference,
    count(*) filter (net_revenue <> attributed + direct + unattributed) as days_that_differ
from days
"""

# Why spend of the period is not known, each reason once.
REASONS = f"""
with {CHANNEL_DAYS}
select distinct spend_reason as reason
from channel_days
where counts and spend is null and spend_reason is not null
order by reason
"""
