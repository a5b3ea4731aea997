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
        ('refunds', 'refunds', 'json')
    ], keep=['order_dk', 'currency_code', 'taxes_included', 'load_id']) | indent(4) }}

),

refunds as (

    {{ select_json_items(
        'refund_lists', 'refunds', ['order_dk', 'currency_code', 'taxes_included', 'load_id']
    ) | indent(4) }}

),

line_lists as (

    {{ select_json_fields('refunds', [
        ('refund_gid', 'id', 'text'),
        ('lines', 'refundLineItems.nodes', 'json')
    ], keep=['order_dk', 'currency_code', 'taxes_included', 'load_id'], column='item')
        | indent(4) }}

),

lines as (

    {{ select_json_items(
        'line_lists', 'lines',
        ['order_dk', 'refund_gid', 'currency_code', 'taxes_included', 'load_id']
    ) | indent(4) }}

),

typed as (

    {{ select_json_fields('lines', [
        ('refund_line_gid', 'id', 'text'),
        ('line_gid', 'lineItem.id', 'text'),
        ('quantity', 'quantity', 'integer'),
        ('subtotal_amount', 'subtotalSet.shopMoney.amount', 'decimal'),
        ('tax_amount', 'totalTaxSet.shopMoney.amount', 'decimal', '0')
    ], keep=[
        'order_dk', 'refund_gid', 'currency_code', 'taxes_included', 'item_index', 'load_id'
    ], column='item') | indent(4) }}

),

renamed as (

    select
        order_dk,
        {{ surrogate_key('refund', ['order_dk', legacy_id('refund_gid')]) }} as refund_dk,
        {{ surrogate_key('order_line', ['order_dk', legacy_id('line_gid')]) }} as order_line_dk,
        {{ legacy_id('refund_gid') }} as refund_id,
        {{ legacy_id('line_gid') }} as line_id,
        -- The shop gives no id for a derived line.
        coalesce({{ legacy_id('refund_line_gid') }}, cast(item_index as varchar)) as refund_line_id,
        quantity,
        {{ fit_amount('subtotal_amount - case when taxes_included then tax_amount else 0 end') }}
            as items_amount,
        tax_amount,
        currency_code,
        has_cast_problem or subtotal_amount is null as has_cast_problem,
        load_id
    from typed

)

select * from renamed
