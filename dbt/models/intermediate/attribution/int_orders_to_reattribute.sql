{{ config(materialized='table') }}

-- Orders whose touchpoints or credits may have changed since the last finished run.
with

moments as (

    select
        order_dk,
        gclid,
        utm_id,
        utm_campaign,
        utm_content
    from {{ ref('stg_shopify__journey_moments') }}

),

new_clicks as (

    select click_id from {{ ref('stg_google_ads__click_views') }}
    where load_id > {{ transform_position() }}

),

new_names as (

    select
        utm_parameter,
        utm_value
    from {{ ref('bridge_campaign_utm') }}
    where load_id > {{ transform_position() }}

),

touched as (

    select order_dk from {{ ref('stg_shopify__orders') }}
    where load_id > {{ transform_position() }}
    union
    select moments.order_dk
    from moments
    inner join new_clicks on moments.gclid = new_clicks.click_id
    {%- for parameter in ['utm_id', 'utm_campaign', 'utm_content'] %}
        union
        select moments.order_dk
        from moments
        inner join new_names
            on
                moments.{{ parameter }} = new_names.utm_value
                and new_names.utm_parameter = '{{ parameter }}'
    {%- endfor %}

)

select * from touched
