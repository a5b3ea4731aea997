-- What the pipeline says of itself, in the layout of the published ops tables; :at is when.

create table checks as
select 'r1' as run_id, timestamp ':at' as checked_at, *, 77 as load_id
from (values
    ('keys_unique', 'pass', 0, 'Every key occurs once', 'fact_ad_spend, fact_orders'),
    ('references_resolve', 'pass', 0, 'Every reference has its row', 'fact_ad_spend'),
    ('windows_covered', 'warn', 1, 'google_ads ad_days 7778889999: not read since 2026-06-20', ''),
    ('control_totals', 'pass', 0, 'The sources'' own sums are what was loaded', 'fact_ad_spend'),
    ('revenue_conserved', 'pass', 0, 'Attributed and unattributed revenue are finance revenue',
     'mart_channel_daily, mart_campaign_daily, mart_finance_daily')
) as verdict(gate, status, violations, message, protects);

create table windows as
select
    accounts.source, streams.stream, accounts.scope, days.day as window_day,
    7 as load_id, 2 as versions,
    case when days.day_number % 17 = 0 then 0 else 120 end as row_count
from accounts
inner join (values
    ('google_ads', 'ad_days'), ('google_ads', 'click_views'), ('meta_ads', 'ad_days')
) as streams(source, stream) on accounts.source = streams.source
cross join days
where accounts.status = 'active' or days.day < date '2026-06-20';

create table account_streams as
select accounts.source, stream, scope, status, reason
from accounts
inner join (values
    ('google_ads', 'ad_days'), ('google_ads', 'campaigns'), ('google_ads', 'click_views'),
    ('meta_ads', 'ad_days'), ('meta_ads', 'campaigns')
) as streams(source, stream) on accounts.source = streams.source
union all
select 'shopify', stream, 'all', 'active', ''
from (values ('orders'), ('customers'), ('products')) as streams(stream);

create table syncs as
select
    'r1' as run_id, timestamp ':at' - interval 4 minute as synced_at, source, stream, scope,
    case status when 'active' then 'ok' else status end as status, reason as message,
    4120 as received, 4118 as landed, 2 as quarantined, 17 as unchanged, 31 as windows
from account_streams
union all
select 'r1', timestamp ':at' - interval 3 minute, 'fx', 'rates', 'all', 'failed',
    'rates.csv: <b>line 71</b> has no rate', 0, 0, 0, 0, 0;

create table batches as
select
    source, stream, scope, timestamp ':at' - interval 4 minute as extracted_at,
    timestamp ':at' - interval 2 minute as loaded_at,
    84120 as received, 84118 as landed, 2 as quarantined,
    case stream when 'orders' then timestamp ':at' - interval 14 minute end as cursor_until
from account_streams;

create table quarantine as
select * from (values
    ('shopify', 'orders', 'all', 'record without its key', 2, timestamp ':at'),
    ('meta_ads', 'ad_days', 'act_501', 'not a finite number: spend', 1, timestamp ':at')
) as aside(source, stream, scope, reason, records, newest_at);

create table streams as
select * from (values
    ('google_ads', 'ad_days', 'report', 30), ('google_ads', 'click_views', 'report', 3),
    ('meta_ads', 'ad_days', 'report', 28), ('shopify', 'orders', 'incremental', 0)
) as declared(source, stream, kind, lookback_days);

create table metrics as
select * from (values
    ('net_revenue', 'Net revenue', 'gross sales - discounts - refunds', 'currency', 'day',
     'each component on the day it happened; tax and shipping excluded'),
    ('spend', 'Spend', 'sum of spend', 'currency', 'day, channel, campaign',
     'on the day of the ad account; n/a when a rate is missing'),
    ('roas', 'ROAS', 'attributed net revenue / spend', 'ratio', 'day, channel, campaign',
     'n/a when spend is 0'),
    ('mer', 'MER', 'net revenue / spend', 'ratio', 'day', 'n/a when spend is 0'),
    ('new_customers', 'New customers', 'first orders', 'count', 'day', 'a person counts once'),
    ('cac', 'CAC', 'spend / new customers', 'currency', 'day', 'n/a without new customers'),
    ('orders', 'Orders', 'orders placed', 'count', 'day', 'cancelled ones included, tests not'),
    ('ctr', 'CTR', 'clicks / impressions', 'rate', 'day', 'n/a without impressions'),
    ('cpc', 'CPC', 'spend / clicks', 'currency', 'day', 'n/a without clicks')
) as metric(name, label, formula, unit, grain, edge_rules);
