with

source as (

    select * from {{ source('meta_ads', 'ad_days') }}

),

typed as (

-- Clicks that lead to the advertiser are `inline_link_clicks`; `clicks` are all on the ad.
    {{ select_json_fields('source', [
        ('account_id', 'account_id', 'text'),
        ('campaign_id', 'campaign_id', 'text'),
        ('ad_group_id', 'adset_id', 'text'),
        ('ad_id', 'ad_id', 'text'),
        ('report_date', 'date_start', 'date'),
        ('currency_code', 'account_currency', 'text'),
        ('spend_amount', 'spend', 'decimal', '0'),
        ('impressions', 'impressions', 'integer', '0'),
        ('clicks', 'inline_link_clicks', 'integer', '0'),
        ('clicks_all', 'clicks', 'integer', '0'),
        ('actions', 'actions', 'json'),
        ('action_values', 'action_values', 'json')
    ], keep=lineage_columns()) | indent(4) }}

),

purchases_found as (

    -- The same purchases come under several action types: adding them up counts them twice.
    select
        *,
        {{ json_array_element('actions', 'action_type', ['omni_purchase', 'purchase']) }}
            as purchases,
        {{ json_array_element('action_values', 'action_type', ['omni_purchase', 'purchase']) }}
            as purchase_values
    from typed

),

purchases_read as (

    select
        *,
        coalesce({{ json_text('purchases', 'value') }}, '0') as stated_conversions,
        coalesce({{ json_text('purchase_values', 'value') }}, '0') as stated_conversion_value
    from purchases_found

),

renamed as (

    select
        {{ lineage_columns() | join(',\n        ') }},
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        report_date,
        currency_code,
        spend_amount,
        impressions,
        clicks,
        clicks_all,
        -- The platform's claims in its default windows (7 days click, 1 day view).
        {{ try_amount('stated_conversions') }} as platform_conversions,
        {{ try_amount('stated_conversion_value') }} as platform_conversion_value_amount,
        has_cast_problem
        or {{ try_amount('stated_conversions') }} is null
        or {{ try_amount('stated_conversion_value') }} is null as has_cast_problem
    from purchases_read

)

select * from renamed
