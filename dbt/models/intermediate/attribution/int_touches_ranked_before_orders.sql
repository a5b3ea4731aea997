-- One row per order and eligible touchpoint; `credit_rank` 1 is the last touchpoint.
with

touches as (

    select * from {{ ref('fact_touchpoints') }}
    where order_dk in (select order_dk from {{ ref('int_orders_to_reattribute') }})

),

eligible as (

    -- In exact seconds, both ends included, so that midnight has no influence.
    select *
    from touches
    where
        seconds_before_order between 0 and {{ var('attribution_click_window_seconds') }}

),

weighed as (

    select
        *,
        count_if(not is_direct) over (partition by order_dk) = 0 as is_direct_only
    from eligible

),

ranked as (

    -- A direct visit gets credit only if there is no other touchpoint.
    select
        *,
        count(*) over (partition by order_dk) as touch_count,
        row_number() over (
            partition by order_dk order by touched_at desc, tie_rank asc, touchpoint_key asc
        ) as credit_rank
    from weighed
    where not is_direct or is_direct_only

)

select * from ranked
