{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', new_orders()) }}"
) }}

-- Only for orders with adjustments: their payments explain the adjustments.
with

adjusted as (

    select distinct order_dk from {{ ref('stg_shopify__refunds') }}
    where
        load_id > {{ transformed_load_id() }}
        and (adjustment_amount is distinct from 0 or adjustment_tax_amount is distinct from 0)

),

orders as (

    {{ select_new_order_payloads() | indent(4) }}

),

adjusted_orders as (

    select orders.* from orders
    inner join adjusted on orders.order_dk = adjusted.order_dk

),

payment_lists as (

    {{ select_json_fields('adjusted_orders', [
        ('items', 'transactions', 'json')
    ], keep=['order_dk', 'shop', 'currency_code', 'load_id']) | indent(4) }}

),

items as (

    {{ select_json_items(
        'payment_lists', 'items', ['order_dk', 'shop', 'currency_code', 'load_id']
    ) | indent(4) }}

),

typed as (

    {{ select_json_fields('items', [
        ('payment_gid', 'id', 'text'),
        ('kind', 'kind', 'text'),
        ('status', 'status', 'text'),
        ('amount', 'amountSet.shopMoney.amount', 'decimal')
    ], keep=['order_dk', 'shop', 'currency_code', 'item_index', 'load_id'], column='item')
        | indent(4) }}

),

renamed as (

    select
        order_dk,
        shop,
        coalesce({{ legacy_id('payment_gid') }}, cast(item_index as varchar)) as payment_id,
        kind,
        status,
        amount,
        currency_code,
        has_cast_problem or amount is null as has_cast_problem,
        load_id
    from typed

)

select * from renamed
