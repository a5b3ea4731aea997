with

source as (

    select * from {{ source('meta_ads', 'ad_sets') }}

),

typed as (

    {{ select_json_fields('source', [
        ('account_id', 'account_id', 'text'),
        ('campaign_id', 'campaign_id', 'text'),
        ('ad_group_id', 'id', 'text'),
        ('ad_group_name', 'name', 'text'),
        ('status', 'effective_status', 'text')
    ], keep=lineage_columns()) | indent(4) }}

)

select * from typed
