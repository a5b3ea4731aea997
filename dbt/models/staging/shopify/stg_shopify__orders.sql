{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_dk'
) }}

{%- set attributes = [
    'order_dk', 'shop', 'order_id', 'order_name', 'customer_id', 'email_token', 'placed_at',
    'created_at', 'cancelled_at', 'is_test', 'is_edited', 'currency_code',
    'presentment_currency_code', 'financial_status', 'fulfillment_status', 'source_name',
    'taxes_included', 'total_amount', 'total_discount_amount', 'total_tax_amount',
    'tip_amount', 'duty_amount', 'stated_fee_amount', 'cash_rounding_amount',
    'total_shipping_amount', 'removed_shipping_amount', 'customer_order_count', 'customer_order_index',
    'is_journey_ready', 'has_cast_problem', 'updated_at',
    'extracted_at', 'payload_hash', 'record_key', 'page_index', 'record_index', 'record_load_id',
    'loaded_at', 'batch_id'
] %}

with

source as (

    select
        *,
        md5(cast(payload as varchar)) as payload_hash
    from {{ source('shopify', 'orders') }}
    where load_id > {{ transformed_load_id() }}

),

kept as (

    -- Without the shipping that an edit removed.
    select
        *,
        {{ json_nodes_without('payload', 'shippingLines.nodes', 'isRemoved', 'true') }}
            as kept_shipping
    from source

),

shipped as (

    select
        *,
        {{ json_array_sum('kept_shipping', 'nodes', 'discountedPriceSet.shopMoney.amount') }}
            as discounted_shipping_amount,
        {{ json_nested_array_sum(
            'kept_shipping', 'nodes', 'taxLines', 'priceSet.shopMoney.amount'
        ) }} as shipping_tax_amount,
        {{ json_array_sum(
            'payload', 'shippingLines.nodes', 'discountedPriceSet.shopMoney.amount'
        ) }} as every_discounted_shipping_amount,
        {{ json_nested_array_sum(
            'payload', 'shippingLines.nodes', 'taxLines', 'priceSet.shopMoney.amount'
        ) }} as every_shipping_tax_amount
    from kept

),

typed as (

    {{ select_json_fields('shipped', [
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
        ('customer_order_count', 'customer.numberOfOrders', 'integer'),
        ('total_amount', 'totalPriceSet.shopMoney.amount', 'decimal'),
        ('total_discount_amount', 'totalDiscountsSet.shopMoney.amount', 'decimal'),
        ('total_tax_amount', 'totalTaxSet.shopMoney.amount', 'decimal', '0'),
        ('tip_amount', 'totalTipReceivedSet.shopMoney.amount', 'decimal', '0'),
        ('stated_duty_amount', 'originalTotalDutiesSet.shopMoney.amount', 'decimal', '0'),
        ('duties_included', 'dutiesIncluded', 'boolean', 'false'),
        (
            'stated_fee_amount', 'originalTotalAdditionalFeesSet.shopMoney.amount', 'decimal', '0'
        ),
        (
            'cash_rounding_amount', 'totalCashRoundingAdjustment.paymentSet.shopMoney.amount',
            'decimal', '0'
        ),
        ('full_shipping_amount', 'totalShippingPriceSet.shopMoney.amount', 'decimal', '0'),
        ('shipping_lines', 'shippingLines.nodes', 'json'),
        ('customer_order_index', 'customerJourneySummary.customerOrderIndex', 'integer'),
        ('is_journey_ready', 'customerJourneySummary.ready', 'boolean')
    ], keep=lineage_columns() + [
        'cursor_value', 'payload_hash', 'discounted_shipping_amount', 'shipping_tax_amount',
        'every_discounted_shipping_amount', 'every_shipping_tax_amount'
    ]) | indent(4) }}

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
        tip_amount,
        -- Duties included in the prices are not paid again.
        case when duties_included then 0 else stated_duty_amount end as duty_amount,
        stated_fee_amount,
        cash_rounding_amount,
        -- The shop's own total is before discounts of shipping. Without tax, as all amounts are.
        {{ fit_amount(
            'case when shipping_lines is null then full_shipping_amount else discounted_shipping_amount end'
            ~ ' - case when taxes_included then shipping_tax_amount else 0 end'
        ) }} as total_shipping_amount,
        {{ fit_amount(
            'every_discounted_shipping_amount - discounted_shipping_amount'
            ~ ' - case when taxes_included then every_shipping_tax_amount - shipping_tax_amount else 0 end'
        ) }} as removed_shipping_amount,
        customer_order_count,
        customer_order_index,
        is_journey_ready,
        has_cast_problem
        or every_discounted_shipping_amount is null
        or every_shipping_tax_amount is null as has_cast_problem,
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
        load_id as record_load_id,
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

),

candidates as (

    select
        {{ qualified('news', attributes) }}
    from news
    {%- if is_incremental() %}
    union all
    -- Orders of days that were listed again: some may be deleted, some restored.
    select
        {{ qualified('known', attributes) }}
    from {{ this }} as known
    where
        known.order_dk not in (select order_dk from news)
        and exists (
            select 1 from {{ ref('stg_warehouse__windows') }} as listings
            where {{ covers('listings', 'known') }} and listings.load_id > {{ transformed_load_id() }}
        )
    {%- endif %}

),

{{ listing_states('candidates') }}

marked as (

    select
        candidates.*,
        greatest(candidates.record_load_id, coalesce(states.load_id, 0)) as load_id,
        coalesce(states.is_deleted, false) as is_deleted
    from candidates
    left join states on candidates.order_dk = states.order_dk

),

changed as (

    select marked.*
    from marked
    {%- if is_incremental() %}
    left join {{ this }} as known on marked.order_dk = known.order_dk
    where
        known.order_dk is null
        or known.payload_hash <> marked.payload_hash
        or known.load_id <> marked.load_id
        or known.is_deleted <> marked.is_deleted
    {%- endif %}

)

select * from changed
