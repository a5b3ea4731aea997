"""Queries of the Overview: totals of a period, its days, and the parts of its revenue."""

from trueup_dashboards.queries.marts import (
    CHANNEL_DAYS,
    FINANCE_DAYS,
    NO_RATE,
    PAID_REVENUE,
    PERIOD_DAYS,
    SPEND_SUM,
    for_a_period,
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
with {FINANCE_DAYS}, {CHANNEL_DAYS}, {PERIOD_DAYS},
spending as (
    select
        day,
        {SPEND_SUM} as spend,
        max(spend_reason) filter (counts) as spend_reason,
        max(revenue_reason) as revenue_reason,
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
    case
        when finance_days.net_revenue is not null then null
        when finance_days.day is null then spending.revenue_reason
        else coalesce(spending.revenue_reason, '{NO_RATE}')
    end as revenue_reason,
    spending.spend_reason,
    {ratio_of("paid_revenue", "spending.spend")} as roas,
    {ratio_of("nullif(spending.spend, 0)", "finance_days.new_customers")} as cac
from days
left join finance_days on days.day = finance_days.day
left join spending on days.day = spending.day
order by days.day
"""

# One row: the parts of revenue, all of it (NULL when a day of it is unknown), and the difference.
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
        case when finance_days.day is null then 0 else finance_days.net_revenue end as net_revenue
    from finance_days
    full outer join parts on finance_days.day = parts.day
)
select
    sum(attributed) as attributed,
    sum(direct) as direct,
    sum(unattributed) as unattributed,
    {whole_sum("net_revenue")} as net_revenue,
    sum(net_revenue - attributed - direct - unattributed) as difference,
    count(*) filter (net_revenue <> attributed + direct + unattributed) as days_that_differ
from days
"""

# Why spend of the period is unknown, each reason once.
REASONS = f"""
with {CHANNEL_DAYS}
select distinct {for_a_period("spend_reason")} as reason
from channel_days
where counts and spend is null
order by reason
"""

# Why net revenue of the period is unknown, each reason once.
REVENUE_REASONS = f"""
with {FINANCE_DAYS}, {CHANNEL_DAYS},
reasons as (
    select revenue_reason as reason from channel_days where net_revenue is null
    union all
    select '{NO_RATE}' as reason from finance_days where net_revenue is null
)
select distinct {for_a_period("reason")} as reason
from reasons
order by reason
"""
