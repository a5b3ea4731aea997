with

source as (

    select * from {{ source('meta_ads', 'accounts') }}

),

typed as (

    {{ select_json_fields('source', [
        ('account_id', 'account_id', 'text'),
        ('account_name', 'name', 'text'),
        ('currency_code', 'currency', 'text'),
        ('timezone', 'timezone_name', 'text'),
        ('status_code', 'account_status', 'integer')
    ], keep=lineage_columns()) | indent(4) }}

)

select
    *,
    case status_code
        when 1 then 'ENABLED'
        when 2 then 'DISABLED'
        when 101 then 'CLOSED'
        else cast(status_code as varchar)
    end as status
from typed
