{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', new_orders()) }}"
) }}

with

orders as (

    {{ select_new_order_payloads() | indent(4) }}

),

lines as (

    {{ select_json_fields('orders', [
        ('items', 'lineItems.nodes', 'json')
    ], keep=['order_dk', 'shop', 'currency_code', 'taxes_included', 'tip_amount', 'load_id']) | indent(4) }}

),

items as (

    {{ select_json_items(
        'lines', 'items',
        ['order_dk', 'shop', 'currency_code', 'taxes_included', 'tip_amount', 'load_id']
    ) | indent(4) }}

),

summed as (

    select
        *,
        {{ json_array_sum('item', 'discountAllocations', 'allocatedAmountSet.shopMoney.amount') }}
            as stated_discount_amount,
        {{ json_array_sum('item', 'taxLines', 'priceSet.shopMoney.amount') }} as tax_amount,
        -- A tax without a rate does not show the net price; all rates of a line apply to one price.
        coalesce({{ json_array_sum('item', 'taxLines', 'rate') }}, 0) as tax_rate
    from items

),

typed as (

    {{ select_json_fields('summed', [
        ('line_gid', 'id', 'text'),
        ('product_gid', 'product.id', 'text'),
        ('variant_gid', 'variant.id', 'text'),
        ('sku', 'sku', 'text'),
        ('title', 'title', 'text'),
        ('quantity', 'quantity', 'integer'),
        ('current_quantity', 'currentQuantity', 'integer'),
        ('is_gift_card', 'isGiftCard', 'boolean', 'false'),
        ('unit_price_amount', 'originalUnitPriceSet.shopMoney.amount', 'decimal')
    ], keep=[
        'order_dk', 'shop', 'currency_code', 'taxes_included', 'stated_discount_amount', 'tax_amount',
        'tax_rate', 'tip_amount', 'item_index', 'load_id'
    ], column='item') | indent(4) }}

),

paid as (

    select
        *,
        unit_price_amount * quantity - stated_discount_amount as paid_amount
    from typed

),

taxed as (

    -- Without tax, even if prices include it: the paid amount less its tax is exact.
    select
        *,
        {{ fit_amount('paid_amount - case when taxes_included then tax_amount else 0 end') }}
            as net_amount,
        {{ fit_amount(
            'stated_discount_amount - case when taxes_included then '
            ~ included_tax('stated_discount_amount', 'paid_amount', 'tax_amount', 'tax_rate')
            ~ ' else 0 end'
        ) }} as discount_amount
    from paid

),

recognised as (

    -- The API does not mark the line of a tip; the order's total of tips identifies it.
    select
        *,
        tip_amount > 0
        and product_gid is null
        and variant_gid is null
        and sku is null
        and not is_gift_card
        and tax_amount = 0
        and stated_discount_amount = 0
        and paid_amount = tip_amount
        and row_number() over (
            partition by
                order_dk,
                product_gid is null and variant_gid is null and sku is null,
                paid_amount = tip_amount
            order by item_index
        ) = 1 as is_tip
    from taxed

),

renamed as (

    select
        order_dk,
        {{ surrogate_key('order_line', ['order_dk', legacy_id('line_gid')]) }} as order_line_dk,
        shop,
        {{ legacy_id('line_gid') }} as line_id,
        item_index as line_position,
        {{ legacy_id('product_gid') }} as product_id,
        {{ legacy_id('variant_gid') }} as variant_id,
        sku,
        title,
        quantity,
        current_quantity,
        is_gift_card,
        is_tip,
        unit_price_amount,
        {{ fit_amount('net_amount + discount_amount') }} as gross_amount,
        discount_amount,
        tax_amount,
        currency_code,
        has_cast_problem
        or discount_amount is null
        or tax_amount is null
        or unit_price_amount is null
        or quantity is null
        or net_amount is null as has_cast_problem,
        load_id
    from recognised

)

select * from renamed
