with

source as (

    select * from {{ source('google_ads', 'ad_days') }}

),

typed as (

    {{ select_json_fields('source', [
        ('account_id', 'customer.id', 'text'),
        ('campaign_id', 'campaign.id', 'text'),
        ('ad_group_id', 'adGroup.id', 'text'),
        ('ad_id', 'adGroupAd.ad.id', 'text'),
        ('report_date', 'segments.date', 'date'),
        ('currency_code', 'customer.currencyCode', 'text'),
        ('impressions', 'metrics.impressions', 'integer', '0'),
        ('clicks', 'metrics.clicks', 'integer', '0'),
        ('cost_micros', 'metrics.costMicros', 'integer', '0'),
        ('platform_conversions', 'metrics.conversions', 'decimal', '0'),
        ('platform_conversion_value_amount', 'metrics.conversionsValue', 'decimal', '0')
    ], keep=lineage_columns()) | indent(4) }}

)

-- The vendor omits zeros: a missing figure is 0, an unreadable one is NULL.
select
    *,
    {{ fit_amount('cost_micros * 0.000001') }} as spend_amount
from typed
