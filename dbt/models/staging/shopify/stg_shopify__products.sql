{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='product_dk'
) }}

with

source as (

    select
        *,
        md5(cast(payload as varchar)) as payload_hash
    from {{ source('shopify', 'products') }}
    where load_id > {{ transformed_load_id() }}

),

typed as (

    {{ select_json_fields('source', [
        ('product_gid', 'id', 'text'),
        ('product_title', 'title', 'text'),
        ('handle', 'handle', 'text'),
        ('vendor', 'vendor', 'text'),
        ('product_type', 'productType', 'text'),
        ('status', 'status', 'text'),
        ('created_at', 'createdAt', 'timestamp'),
        ('source_updated_at', 'updatedAt', 'timestamp')
    ], keep=lineage_columns() + ['operation', 'cursor_value', 'payload_hash']) | indent(4) }}

),

renamed as (

    select
        {{ surrogate_key('product', ['scope', legacy_id('coalesce(product_gid, record_key)')]) }}
            as product_dk,
        scope as shop,
        {{ legacy_id('coalesce(product_gid, record_key)') }} as product_id,
        product_title,
        handle,
        vendor,
        product_type,
        status,
        created_at,
        operation = 'delete' as is_deleted,
        has_cast_problem,
        coalesce(
            source_updated_at,
            {{ utc_timestamp('cursor_value') }},
            timestamp '1970-01-01 00:00:00'
        ) as updated_at,
        extracted_at,
        payload_hash,
        page_index,
        record_index,
        load_id,
        loaded_at
    from typed

),

newest as (

    select * from renamed
    qualify {{ newest_first(['product_dk']) }} = 1

),

news as (

    {{ newer_than_known('newest', 'product_dk') }}

)

select * from news
