{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_dk'
) }}

with

source as (

    select
        *,
        md5(cast(payload as varchar)) as payload_hash
    from {{ source('shopify', 'orders') }}
    where load_id > {{ transformed_load_id() }}

),

typed as (

    {{ select_json_fields('source', [
        ('order_gid', 'id', 'text'),
        ('order_name', 'name', 'text'),
        ('created_at', 'createdAt', 'timestamp'),
        ('processed_at', 'processedAt', 'timestamp'),
        ('source_updated_at', 'updatedAt', 'timestamp'),
        ('cancelled_at', 'cancelledAt', 'timestamp'),
        ('is_test', 'test', 'boolean', 'false'),
        ('is_edited', 'edited', 'boolean', 'false'),
        ('currency_code', 'currencyCode', 'text'),
        ('presentment_currency_code', 'presentmentCurrencyCode', 'text'),
        ('financial_status', 'displayFinancialStatus', 'text'),
        ('fulfillment_status', 'displayFulfillmentStatus', 'text'),
        ('email_token', 'email', 'text'),
        ('source_name', 'sourceName', 'text'),
        ('taxes_included', 'taxesIncluded', 'boolean', 'false'),
        ('customer_gid', 'customer.id', 'text'),
        ('total_amount', 'totalPriceSet.shopMoney.amount', 'decimal'),
        ('total_discount_amount', 'totalDiscountsSet.shopMoney.amount', 'decimal'),
        ('total_tax_amount', 'totalTaxSet.shopMoney.amount', 'decimal', '0'),
        ('total_shipping_amount', 'totalShippingPriceSet.shopMoney.amount', 'decimal', '0'),
        ('is_journey_ready', 'customerJourneySummary.ready', 'boolean', 'false')
    ], keep=lineage_columns() + ['operation', 'cursor_value', 'payload_hash']) | indent(4) }}

),

renamed as (

    select
        {{ surrogate_key('order', ['scope', legacy_id('coalesce(order_gid, record_key)')]) }}
            as order_dk,
        scope as shop,
        {{ legacy_id('coalesce(order_gid, record_key)') }} as order_id,
        order_name,
        {{ legacy_id('customer_gid') }} as customer_id,
        email_token,
        coalesce(processed_at, created_at) as placed_at,
        created_at,
        cancelled_at,
        is_test,
        is_edited,
        currency_code,
        presentment_currency_code,
        financial_status,
        fulfillment_status,
        source_name,
        taxes_included,
        total_amount,
        total_discount_amount,
        total_tax_amount,
        total_shipping_amount,
        is_journey_ready,
        operation = 'delete' as is_deleted,
        has_cast_problem,
        coalesce(
            source_updated_at,
            {{ utc_timestamp('cursor_value') }},
            timestamp '1970-01-01 00:00:00'
        ) as updated_at,
        extracted_at,
        payload_hash,
        record_key,
        page_index,
        record_index,
        load_id,
        loaded_at,
        batch_id
    from typed

),

newest as (

    select * from renamed
    qualify {{ newest_first(['order_dk']) }} = 1

),

news as (

    {{ newer_than_known('newest', 'order_dk') }}

)

select * from news
