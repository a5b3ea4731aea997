with

source as (

    select * from {{ source('shopify', 'shop') }}

),

typed as (

    {{ select_json_fields('source', [
        ('shop_name', 'name', 'text'),
        ('domain', 'myshopifyDomain', 'text'),
        ('timezone', 'ianaTimezone', 'text'),
        ('currency_code', 'currencyCode', 'text'),
        ('taxes_included', 'taxesIncluded', 'boolean'),
        ('created_at', 'createdAt', 'timestamp')
    ], keep=lineage_columns()) | indent(4) }}

)

select * from typed
