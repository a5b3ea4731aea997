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


{# The columns of fact_ad_spend_hist from versions that have ids and measures, as `keyed`. #}
{% macro keyed_ad_days(versions) -%}
keyed as (

    select
        platform,
        report_level,
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
