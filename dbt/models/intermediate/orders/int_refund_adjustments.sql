{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', new_orders()) }}"
) }}

with

refunds as (

    select
        *,
        items_amount + gift_card_amount + tax_amount + shipping_amount + tip_amount + duty_amount
            as goods_amount,
        adjustment_amount + adjustment_tax_amount as stated_amount
    from {{ ref('int_refunds_summed') }}
    where load_id > {{ transformed_load_id() }}

),

refund_sums as (

    select
        order_dk,
        {{ strict_sum('goods_amount') }} as goods_amount,
        count(*) as refund_count
    from refunds
    group by order_dk

),

payments as (

    -- Payments less refunds. Unknown without a successful payment.
    select
        order_dk,
        {{ strict_sum("case when kind in ('SALE', 'CAPTURE') then amount else -amount end") }}
            as kept_amount
    from {{ ref('stg_shopify__payments') }}
    where
        load_id > {{ transformed_load_id() }}
        and status = 'SUCCESS'
        and kind in ('SALE', 'CAPTURE', 'REFUND', 'CHANGE')
    group by order_dk
    having count_if(kind in ('SALE', 'CAPTURE')) > 0

),

orders as (

    -- The goods that the customer keeps, by price. Payments in another currency (rate of their own
    -- day) and in cash (rounding is not read) cannot be compared with them.
    select
        orders.order_dk,
        case
            when
                coalesce(orders.presentment_currency_code, orders.currency_code)
                = orders.currency_code
                and orders.cash_rounding_amount = 0
                then payments.kept_amount
        end
        - (
            orders.gross_amount - orders.discount_amount + orders.gift_card_amount
            + orders.tax_amount + orders.shipping_amount + orders.tip_amount + orders.duty_amount
            + orders.additional_fee_amount - orders.cancelled_amount
            - orders.cancelled_gift_card_amount - orders.cancelled_tax_amount
            - orders.cancelled_shipping_amount - refund_sums.goods_amount
        ) as surplus_amount,
        -- The shop rounds discount and tax of a line with fewer units to cents.
        0.02 * (orders.line_count + refund_sums.refund_count) as rounding_amount
    from {{ ref('int_orders_summed') }} as orders
    inner join refund_sums on orders.order_dk = refund_sums.order_dk
    left join payments on orders.order_dk = payments.order_dk
    where orders.load_id > {{ transformed_load_id() }}

),

running as (

    select
        refunds.refund_dk,
        refunds.order_dk,
        refunds.refunded_at,
        refunds.refund_id,
        refunds.adjustment_amount,
        refunds.adjustment_tax_amount,
        refunds.stated_amount,
        refunds.load_id,
        orders.surplus_amount,
        orders.rounding_amount,
        sum(greatest(refunds.stated_amount, 0)) over (
            partition by refunds.order_dk
            order by refunds.refunded_at, refunds.refund_id
            rows between unbounded preceding and current row
        ) as kept_amount,
        sum(least(refunds.stated_amount, 0)) over (
            partition by refunds.order_dk
            order by refunds.refunded_at, refunds.refund_id
            rows between unbounded preceding and current row
        ) as given_amount
    from refunds
    inner join orders on refunds.order_dk = orders.order_dk

),

counted as (

    -- An adjustment is the difference between a refund's payment and its goods. It is revenue only
    -- if the shop keeps that much more, or less, than the value of the goods that the customer
    -- keeps: in an exchange, the money that is not paid out pays for the other goods.
    select
        *,
        case
            when surplus_amount is null then least(kept_amount + given_amount, 0)
            when abs(surplus_amount - kept_amount - given_amount) <= rounding_amount
                then kept_amount + given_amount
            when abs(surplus_amount) <= rounding_amount then 0
            else greatest(least(surplus_amount, kept_amount), given_amount)
        end as counted_so_far
    from running

),

split as (

    select
        refund_dk,
        order_dk,
        adjustment_amount,
        adjustment_tax_amount,
        stated_amount,
        counted_so_far - coalesce(
            lag(counted_so_far) over (partition by order_dk order by refunded_at, refund_id), 0
        ) as counted_amount,
        load_id
    from counted

),

taxed as (

    select
        *,
        case
            when counted_amount = stated_amount then adjustment_tax_amount
            else
                {{ fit_amount(
                    'cast(counted_amount as double) * cast(adjustment_tax_amount as double)'
                    ~ ' / nullif(cast(stated_amount as double), 0)'
                ) }}
        end as counted_tax_amount
    from split
    where stated_amount is distinct from 0 or adjustment_tax_amount is distinct from 0

)

select
    refund_dk,
    order_dk,
    case
        when stated_amount is null then null
        else {{ fit_amount('counted_amount - coalesce(counted_tax_amount, 0)') }}
    end as counted_adjustment_amount,
    {{ fit_amount('coalesce(counted_tax_amount, 0)') }} as counted_adjustment_tax_amount,
    load_id
from taxed
