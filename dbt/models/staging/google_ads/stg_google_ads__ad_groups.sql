with

source as (

    select * from {{ source('google_ads', 'ad_groups') }}

),

typed as (

    {{ select_json_fields('source', [
        ('account_id', 'customer.id', 'text'),
        ('campaign_id', 'campaign.id', 'text'),
        ('ad_group_id', 'adGroup.id', 'text'),
        ('ad_group_name', 'adGroup.name', 'text'),
        ('status', 'adGroup.status', 'text')
    ], keep=lineage_columns()) | indent(4) }}

)

select * from typed
