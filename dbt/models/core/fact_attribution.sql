{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', ref('int_orders_to_reattribute')) }}",
    meta={'publish_partition': 'report_date'}
) }}

with

orders as (

    select
        order_dk,
        report_date,
        placed_at,
        load_id
    from {{ ref('int_orders_summed') }}
    where not is_test and order_dk in (select order_dk from {{ ref('int_orders_to_reattribute') }})

),

last_touches as (

    select * from {{ ref('int_touches_ranked_before_orders') }}
    where credit_rank = 1

),

touch_loads as (

    select
        order_dk,
        max(load_id) as load_id
    from {{ ref('fact_touchpoints') }}
    where order_dk in (select order_dk from {{ ref('int_orders_to_reattribute') }})
    group by order_dk

),

models as (

    select * from {{ ref('dim_attribution_model') }}

),

unattributed as (

    select channel_dk from {{ ref('dim_channel') }}
    where channel_code = 'unattributed'

),

credited as (

    select
        orders.order_dk,
        models.attribution_model_dk,
        models.attribution_model_code,
        coalesce(last_touches.touchpoint_key, 'unattributed') as touchpoint_key,
        orders.report_date,
        orders.placed_at,
        last_touches.touched_at,
        coalesce(last_touches.touch_count, 0) as eligible_touch_count,
        coalesce(last_touches.channel_dk, unattributed.channel_dk) as channel_dk,
        coalesce(last_touches.channel_code, 'unattributed') as channel_code,
        coalesce(last_touches.account_dk, '-2') as account_dk,
        coalesce(last_touches.campaign_dk, '-2') as campaign_dk,
        coalesce(last_touches.ad_group_dk, '-2') as ad_group_dk,
        coalesce(last_touches.ad_dk, '-2') as ad_dk,
        cast(1000000000000 as bigint) as credit_e12,
        -- The credits of the order before this one, in the order of its touches.
        cast(0 as bigint) as credit_before_e12,
        greatest(orders.load_id, coalesce(touch_loads.load_id, 0)) as load_id
    from orders
    cross join models
    cross join unattributed
    left join last_touches on orders.order_dk = last_touches.order_dk
    left join touch_loads on orders.order_dk = touch_loads.order_dk

),

keyed as (

    select
        {{ surrogate_key('attribution', ['order_dk', 'touchpoint_key', 'attribution_model_dk']) }}
            as attribution_key,
        *
    from credited

)

select * from keyed
