{# Measures of a day of an ad or campaign, without its keys. #}
{% macro ad_day_ids() -%}
    {{ return(['campaign_id', 'ad_group_id', 'ad_id', 'currency_code']) }}
{%- endmacro %}

{% macro ad_day_measures() -%}
    {{ return([
        'spend_amount', 'impressions', 'clicks', 'clicks_all', 'platform_conversions',
        'platform_conversion_value_amount'
    ]) }}
{%- endmacro %}


{#
    Versions of a report's rows by account and day, as CTEs that end with `keyed`. `reported` has
    one row per platform, account, row of the report and load; `stream` names the report's windows.
    All report levels have the same columns, so that they can be unioned.
#}
{% macro ad_day_versions(reported, stream, level) -%}
{%- set keys = ['platform', 'account_id', 'platform_date'] %}
{%- set ids = trueup.ad_day_ids() %}
{%- set measures = trueup.ad_day_measures() %}
batches as (

    select
        load_id,
        currency_code
    from {{ ref('stg_warehouse__batches') }}

),

report_windows as (

    select
        source as platform,
        scope as account_id,
        window_day as platform_date,
        window_since,
        load_id,
        loaded_at
    from {{ ref('stg_warehouse__windows') }}
    where load_id > {{ trueup.transformed_load_id() }} and stream = '{{ stream }}'

),

reported_rows as (

    select
        reported.platform,
        reported.account_id,
        report_windows.platform_date,
        -- An ad's id is unique only within its ad group.
        coalesce(reported.ad_group_id || '~' || reported.ad_id, reported.campaign_id) as entity_id,
        {{ trueup.qualified('reported', ids[:3]) }},
        coalesce(reported.currency_code, batches.currency_code) as currency_code,
        {{ trueup.qualified('reported', measures) }},
        -- A row of another day than the requested one would count on the wrong day.
        (
            reported.has_cast_problem
            or reported.report_date is distinct from report_windows.platform_date
        ) as has_cast_problem,
        reported.load_id
    from {{ reported }} as reported
    inner join report_windows
        on
            reported.platform = report_windows.platform
            and reported.account_id = report_windows.account_id
            and reported.load_id = report_windows.load_id
            and reported.window_since = report_windows.window_since
    left join batches on reported.load_id = batches.load_id
    where reported.load_id > {{ trueup.transformed_load_id() }}

),

hashed_rows as (

    -- The hash includes every shown value; else a correction would be ignored.
    select
        *,
        {{ trueup.row_hash(ids + measures + ['has_cast_problem']) }} as row_hash
    from reported_rows

),

{{ trueup.versions_from_windows(
    rows='hashed_rows',
    windows='report_windows',
    keys=keys,
    entity='entity_id',
    columns=ids,
    measures=measures + ['has_cast_problem']
) }},

{{ trueup.keyed_ad_days('versions', level) }}
{%- endmacro %}


{# The columns of fact_ad_spend_hist from versions that have ids and measures, as `keyed`. #}
{% macro keyed_ad_days(versions, level) -%}
keyed as (

    select
        platform,
        {{ "report_level" if level is none else "'" ~ level ~ "' as report_level" }},
        account_id,
        platform_date,
        entity_id,
        {{ trueup.surrogate_key('account', ['platform', 'account_id']) }} as account_dk,
        case
            when campaign_id is null then '-2'
            else {{ trueup.surrogate_key('campaign', ['platform', 'account_id', 'campaign_id']) }}
        end as campaign_dk,
        case
            when ad_group_id is null then '-2'
            else {{ trueup.surrogate_key('ad_group', ['platform', 'account_id', 'ad_group_id']) }}
        end as ad_group_dk,
        case
            when ad_id is null then '-2'
            else {{ trueup.surrogate_key('ad', ['platform', 'account_id', 'ad_group_id', 'ad_id']) }}
        end as ad_dk,
        {{ trueup.ad_day_ids() | join(',\n        ') }},
        {{ trueup.ad_day_measures() | join(',\n        ') }},
        coalesce(has_cast_problem, false) as has_cast_problem,
        row_hash,
        is_deleted,
        knowledge_from,
        knowledge_to,
        load_id,
        closed_load_id
    from {{ versions }}

)
{%- endmacro %}


{# An account's day as one text. #}
{% macro account_day(platform, account_id, day) -%}
    {{ platform }} || '|' || {{ account_id }} || '|' || cast({{ day }} as varchar)
{%- endmacro %}


{# Account days with a report or control total of a load that is not yet transformed. #}
{% macro new_account_days() -%}
    (
        select {{ trueup.account_day('source', 'scope', 'window_day') }} as account_day
        from {{ ref('stg_warehouse__windows') }}
        where
            load_id > {{ trueup.transformed_load_id() }}
            and window_day is not null
            and {{ trueup.figure_of_stream('stream') }} = 'spend'
        union
        select {{ trueup.account_day('source', 'scope', 'window_day') }} as account_day
        from {{ ref('stg_warehouse__control_totals') }}
        where load_id > {{ trueup.transformed_load_id() }} and window_day is not null
    ) as new_account_days
{%- endmacro %}


{#
    A budget of Meta in units of the account's currency. The vendor writes hundredths, or whole
    units for currencies without cents; without the currency, the budget is unknown. A campaign
    whose ad sets have the budgets has none itself.
#}
{% macro meta_budget(minor, currency) -%}
    case
            when {{ currency }} in (
                'CLP', 'COP', 'CRC', 'HUF', 'IDR', 'ISK', 'JPY', 'KRW', 'PYG', 'TWD', 'VND'
            )
                then {{ trueup.fit_amount('nullif(' ~ minor ~ ', 0)') }}
            when {{ currency }} is not null then {{ trueup.fit_amount('nullif(' ~ minor ~ ', 0) * 0.01') }}
        end
{%- endmacro %}
