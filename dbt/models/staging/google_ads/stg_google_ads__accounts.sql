with

source as (

    select * from {{ source('google_ads', 'accounts') }}

),

typed as (

    {{ select_json_fields('source', [
        ('account_id', 'customer.id', 'text'),
        ('account_name', 'customer.descriptiveName', 'text'),
        ('currency_code', 'customer.currencyCode', 'text'),
        ('timezone', 'customer.timeZone', 'text'),
        ('status', 'customer.status', 'text')
    ], keep=lineage_columns()) | indent(4) }}

)

select * from typed
