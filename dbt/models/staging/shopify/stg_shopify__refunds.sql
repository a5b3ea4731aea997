{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', new_orders()) }}"
) }}

with

orders as (

    {{ select_new_order_payloads() | indent(4) }}

),

refund_lists as (

    {{ select_json_fields('orders', [
        ('items', 'refunds', 'json')
    ], keep=['order_dk', 'shop', 'currency_code', 'taxes_included', 'load_id']) | indent(4) }}

),

items as (

    {{ select_json_items(
        'refund_lists', 'items', ['order_dk', 'shop', 'currency_code', 'taxes_included', 'load_id']
    ) | indent(4) }}

),

summed as (

    select
        *,
        {{ json_array_sum(
            'item', 'refundShippingLines.nodes', 'subtotalAmountSet.shopMoney.amount'
        ) }} as shipping_amount,
        {{ json_array_sum(
            'item', 'refundShippingLines.nodes', 'taxAmountSet.shopMoney.amount'
        ) }} as shipping_tax_amount,
        {{ json_array_sum(
            'item', 'orderAdjustments.nodes', 'amountSet.shopMoney.amount'
        ) }} as adjustment_amount,
        {{ json_array_sum(
            'item', 'orderAdjustments.nodes', 'taxAmountSet.shopMoney.amount'
        ) }} as adjustment_tax_amount,
        {{ json_array_sum('item', 'duties', 'amountSet.shopMoney.amount') }} as duty_amount
    from items

),

typed as (

    {{ select_json_fields('summed', [
        ('refund_gid', 'id', 'text'),
        ('created_at', 'createdAt', 'timestamp'),
        ('processed_at', 'processedAt', 'timestamp'),
        ('total_refunded_amount', 'totalRefundedSet.shopMoney.amount', 'decimal')
    ], keep=[
        'order_dk', 'shop', 'currency_code', 'taxes_included', 'shipping_amount', 'shipping_tax_amount',
        'adjustment_amount', 'adjustment_tax_amount', 'duty_amount', 'load_id'
    ], column='item') | indent(4) }}

),

renamed as (

    select
        order_dk,
        {{ surrogate_key('refund', ['order_dk', legacy_id('refund_gid')]) }} as refund_dk,
        shop,
        {{ legacy_id('refund_gid') }} as refund_id,
        -- Entered at the one, given at the other: a shop may enter it later, or import it.
        coalesce(processed_at, created_at) as refunded_at,
        total_refunded_amount,
        {{ fit_amount(
            'shipping_amount - case when taxes_included then shipping_tax_amount else 0 end'
        ) }} as shipping_amount,
        shipping_tax_amount,
        -- With the shop's sign: negative is money refunded.
        adjustment_amount,
        adjustment_tax_amount,
        duty_amount,
        currency_code,
        has_cast_problem
        or coalesce(processed_at, created_at) is null
        or shipping_amount is null
        or shipping_tax_amount is null
        or duty_amount is null
        or adjustment_amount is null
        or adjustment_tax_amount is null as has_cast_problem,
        load_id
    from typed

)

select * from renamed
