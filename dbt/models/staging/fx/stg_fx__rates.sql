with

source as (

    select * from {{ source('fx', 'rates') }}

),

typed as (

-- One unit of the base currency is `rate` units of the quote currency.
    {{ select_json_fields('source', [
        ('base_currency_code', 'base', 'text'),
        ('quote_currency_code', 'quote', 'text'),
        ('rate_date', 'rate_date', 'date'),
        ('rate', 'rate', 'rate'),
        ('stated_rate_date', 'rate_date', 'text'),
        ('stated_rate', 'rate', 'text'),
        ('provider', 'provider', 'text'),
        ('published_at', 'published_at', 'timestamp')
    ], keep=lineage_columns()) | indent(4) }}

)

select * from typed
