with

source as (

    select * from {{ source('meta_ads', 'campaigns') }}

),

typed as (

    {{ select_json_fields('source', [
        ('account_id', 'account_id', 'text'),
        ('campaign_id', 'id', 'text'),
        ('campaign_name', 'name', 'text'),
        ('status', 'effective_status', 'text'),
        ('objective', 'objective', 'text'),
        ('daily_budget_minor', 'daily_budget', 'integer')
    ], keep=lineage_columns()) | indent(4) }}

)

select * from typed
