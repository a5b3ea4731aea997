-- A small shop's figures by arithmetic; :first_day, :last_day and :campaigns come from the caller.
-- Wave: a steady growth with a weekly season, shifted by a row's number.

create macro wave(day, day_number, number) as
    1 + 0.25 * sin(2 * pi() * (dayofweek(day) + number) / 7) + 0.004 * day_number;

create table days as
select cast(range as date) as day, row_number() over () as day_number
from range(timestamp ':first_day', timestamp ':last_day', interval 1 day);

create table channels as
select *, row_number() over () as number, md5(code) as channel_dk
from (values
    ('paid_search', 'Paid search', 'Paid', true),
    ('paid_social', 'Paid social', 'Paid', true),
    ('affiliate', 'Affiliates', 'Paid', true),
    ('email', 'E-mail', 'Owned', false),
    ('organic_social', 'Organic social', 'Organic', false),
    ('organic_search', 'Organic search', 'Organic', false),
    ('referral', 'Referral', 'Organic', false),
    ('direct', 'Direct', 'Direct', false),
    ('unattributed', 'Unattributed', 'Unattributed', false)
) as channel(code, name, channel_group, is_paid);

create table accounts as
select *, md5(scope) as account_dk
from (values
    ('google_ads', '1112223333', 'BrightCart Germany', 'EUR', 'Europe/Berlin', 'active', ''),
    ('google_ads', '4445556666', 'BrightCart US', 'USD', 'America/New_York', 'active', ''),
    ('google_ads', '7778889999', 'BrightCart <i>Nordics</i>', 'SEK', 'Europe/Stockholm', 'unavailable',
     'HTTP 403: <i>gone</i>" onmouseover="alert(4)'),
    ('meta_ads', 'act_501', 'BrightCart Social', 'USD', 'America/Los_Angeles', 'active', ''),
    ('meta_ads', 'act_502', 'BrightCart Retargeting', 'EUR', 'Nowhere/Else', 'active', '')
) as account(source, scope, name, currency, timezone, status, reason);

create table campaigns as
select
    m.number,
    md5('campaign' || m.number) as campaign_dk,
    account.account_dk,
    account.scope as account_id,
    account.source as platform,
    account.currency,
    cast(90000000 + m.number as varchar) as campaign_id,
    coalesce(
        names.name,
        ['Brand', 'Summer sale', 'Prospecting', 'Retargeting', 'Shopping'][1 + m.number % 5]
        || ' | ' || ['DE', 'US', 'FR', 'SE'][1 + m.number % 4] || ' | ' || m.number
    ) as campaign_name,
    ['ENABLED', 'PAUSED'][1 + cast(m.number % 7 = 3 as integer)] as status,
    case account.source when 'google_ads' then 'paid_search' else 'paid_social' end as channel_code
from (select cast(range as integer) as number from range(:campaigns)) as m
left join names on m.number = names.number
inner join (
    select *, row_number() over (order by scope) - 1 as position
    from accounts where status = 'active'
) as account on m.number % 4 = account.position;

create table campaign_waves as
select
    days.day,
    campaigns.* exclude (campaign_name),
    case when number = 11 then 0 else wave(days.day, day_number, number) end as ran,
    wave(days.day, day_number, number) as sold
from days cross join campaigns;

create table campaign_days as
select
    *,
    cast(round(260.0 / (1 + number % 9) * ran, 2) as decimal(20, 6)) as spend,
    cast(9000 / (1 + number % 9) * ran as bigint) as impressions,
    cast(210 / (1 + number % 6) * ran as bigint) as clicks,
    cast(floor(3 / (1 + number % 5) * sold) as decimal(20, 6)) as orders,
    cast(
        case number % 10 when 7 then 0 else floor(2.2 / (1 + number % 5) * sold) end
        as decimal(20, 6)
    ) as new_customers,
    cast(round(480.0 / (1 + number % 5) * sold, 2) as decimal(20, 6)) as net_revenue
from campaign_waves;

create table unpaid_days as
select
    days.day,
    channels.code as channel_code,
    0 as spend, 0 as impressions, 0 as clicks,
    floor(20 / number * wave(days.day, day_number, number)) as orders,
    floor(9 / number * wave(days.day, day_number, number)) as new_customers,
    round(
        case code when 'unattributed' then 160.0 else 9000.0 / (number + 1) end
        * wave(days.day, day_number, number), 2
    ) as net_revenue
from days cross join channels
where channels.code not in ('paid_search', 'paid_social');

create table channel_days as
with both_kinds as (
    select day, channel_code, spend, impressions, clicks, orders, new_customers, net_revenue
    from campaign_days
    union all
    select * from unpaid_days
)
select
    day,
    channel_dk,
    channel_code,
    any_value(name) as name,
    any_value(channel_group) as channel_group,
    cast(sum(spend) as decimal(20, 6)) as spend,
    cast(sum(impressions) as bigint) as impressions,
    cast(sum(clicks) as bigint) as clicks,
    cast(sum(orders) as decimal(20, 6)) as orders,
    cast(sum(new_customers) as decimal(20, 6)) as new_customers,
    cast(sum(net_revenue) as decimal(20, 6)) as net_revenue
from both_kinds
inner join channels on both_kinds.channel_code = channels.code
group by day, channel_dk, channel_code;
