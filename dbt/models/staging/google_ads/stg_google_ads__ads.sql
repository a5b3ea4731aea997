with

source as (

    select * from {{ source('google_ads', 'ads') }}

),

typed as (

    {{ select_json_fields('source', [
        ('account_id', 'customer.id', 'text'),
        ('campaign_id', 'campaign.id', 'text'),
        ('ad_group_id', 'adGroup.id', 'text'),
        ('ad_id', 'adGroupAd.ad.id', 'text'),
        ('ad_name', 'adGroupAd.ad.name', 'text'),
        ('ad_type', 'adGroupAd.ad.type', 'text'),
        ('status', 'adGroupAd.status', 'text')
    ], keep=lineage_columns()) | indent(4) }}

)

select * from typed
