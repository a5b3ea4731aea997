{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=[
        "{{ note_days_left(ref('int_ledger_days_vacated'), new_orders()) }}",
        "{{ delete_changed('order_dk', new_orders()) }}"
    ]
) }}

{%- set sale_components = [
    ('sale', 'gross_amount', 1), ('gift_card_sale', 'gift_card_amount', 1),
    ('discount', 'discount_amount', -1), ('tax', 'tax_amount', 1), ('shipping', 'shipping_amount', 1),
    ('tip', 'tip_amount', 1), ('duty', 'duty_amount', 1),
    ('additional_fee', 'additional_fee_amount', 1), ('cash_rounding', 'cash_rounding_amount', 1)
] %}
{%- set cancelled_components = [
    ('cancellation', 'cancelled_amount'), ('cancelled_gift_card', 'cancelled_gift_card_amount'),
    ('cancelled_tax', 'cancelled_tax_amount'), ('cancelled_shipping', 'cancelled_shipping_amount')
] %}
{%- set refund_components = [
    ('refund_items', 'items_amount', -1), ('refund_gift_card', 'gift_card_amount', -1),
    ('refund_tax', 'returned_tax_amount', -1), ('refund_shipping', 'shipping_amount', -1),
    ('refund_adjustment', 'counted_adjustment_amount', 1), ('refund_tip', 'tip_amount', -1),
    ('refund_duty', 'duty_amount', -1)
] %}

with

orders as (

    select * from {{ ref('int_orders_summed') }}
    where load_id > {{ transformed_load_id() }} and not is_test

),

refunds as (

    select
        refunds.*,
        case
            when adjustments.refund_dk is null then 0 else adjustments.counted_adjustment_amount
        end as counted_adjustment_amount,
        refunds.tax_amount - coalesce(adjustments.counted_adjustment_tax_amount, 0)
            as returned_tax_amount
    from {{ ref('int_refunds_summed') }} as refunds
    left join {{ ref('int_refund_adjustments') }} as adjustments
        on refunds.refund_dk = adjustments.refund_dk
    where refunds.load_id > {{ transformed_load_id() }}

),

components as (

    {%- for component, amount, sign in sale_components %}
        select
            order_dk,
            '{{ component }}' as component,
            'order' as event_id,
            placed_at as event_at,
            {{ amount }} * {{ sign }} as amount,
            currency_code,
            load_id
        from orders
        {%- if component != 'sale' %}
            where {{ amount }} is distinct from 0
        {%- endif %}
        union all
    {%- endfor %}
    {%- for component, amount in cancelled_components %}
        select
            order_dk,
            '{{ component }}' as component,
            'cancellation' as event_id,
            cancelled_at as event_at,
            -{{ amount }} as amount,
            currency_code,
            load_id
        from orders
        where cancelled_at is not null and {{ amount }} is distinct from 0
        union all
    {%- endfor %}
    {%- for component, amount, sign in refund_components %}
        select
            refunds.order_dk,
            '{{ component }}' as component,
            refunds.refund_id as event_id,
            refunds.refunded_at as event_at,
            refunds.{{ amount }} * {{ sign }} as amount,
            refunds.currency_code,
            refunds.load_id
        from refunds
        inner join orders on refunds.order_dk = orders.order_dk
        where refunds.{{ amount }} is distinct from 0
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

),

keyed as (

    select
        {{ surrogate_key('ledger', ['order_dk', 'component', 'event_id']) }} as order_ledger_key,
        order_dk,
        component,
        component in ('sale', 'discount', 'refund_items', 'refund_adjustment', 'cancellation')
            as is_net_revenue,
        event_id,
        event_at,
        {{ report_date('event_at') }} as report_date,
        {{ fit_amount('amount') }} as amount,
        currency_code,
        load_id
    from components

)

select * from keyed
