with

touched_orders as (

    select * from {{ ref('int_orders_to_reattribute') }}

),

orders as (

    select
        order_dk,
        placed_at,
        currency_code,
        report_date,
        is_test
    from {{ ref('int_orders_summed') }}
    where order_dk in (select order_dk from touched_orders)

),

moments as (

    select
        *,
        coalesce(gclid, gbraid, wbraid, msclkid, fbclid) as click_id,
        case
            when gclid is not null then 'gclid'
            when gbraid is not null then 'gbraid'
            when wbraid is not null then 'wbraid'
            when msclkid is not null then 'msclkid'
            when fbclid is not null then 'fbclid'
        end as click_id_type,
        -- A referrer of the shop itself is not an origin: the visit only went on there.
        nullif(referrer_host, landing_host) as outer_referrer_host
    from {{ ref('stg_shopify__journey_moments') }}
    where order_dk in (select order_dk from touched_orders) and occurred_at is not null

),

touches as (

    -- One click is one touchpoint, however often its page was loaded.
    select
        moments.*,
        case
            when moments.click_id is not null
                then {{ surrogate_key('touch', ['moments.click_id_type', 'moments.click_id']) }}
            else {{ surrogate_key('touch', ["'visit'", 'moments.shop', 'moments.visit_id']) }}
        end as touchpoint_key,
        orders.placed_at,
        orders.report_date
    from moments
    inner join orders on moments.order_dk = orders.order_dk
    qualify row_number() over (
        partition by moments.order_dk, touchpoint_key
        order by moments.occurred_at, moments.visit_id, moments.moment_position
    ) = 1

),

rules as (

    select * from {{ ref('channel_rules') }}

),

channelled as (

    select
        touches.*,
        rules.channel_code as ruled_channel_code,
        rules.rule_priority
    from touches
    inner join rules
        on
            (rules.click_id_type is null or rules.click_id_type = touches.click_id_type)
            and (
                rules.utm_source_pattern is null
                or lower(touches.utm_source) like rules.utm_source_pattern
            )
            and (
                rules.utm_medium_pattern is null
                or lower(touches.utm_medium) like rules.utm_medium_pattern
            )
            and (
                rules.referrer_pattern is null
                or '.' || touches.outer_referrer_host like rules.referrer_pattern
            )
    qualify row_number() over (
        partition by touches.order_dk, touches.touchpoint_key order by rules.rule_priority
    ) = 1

)

select * from channelled
