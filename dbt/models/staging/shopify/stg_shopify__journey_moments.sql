{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', new_orders()) }}"
) }}

with

orders as (

    {{ select_new_order_payloads() | indent(4) }}

),

moment_lists as (

    {{ select_json_fields('orders', [
        ('moments', 'customerJourneySummary.moments.nodes', 'json')
    ], keep=['order_dk', 'shop', 'load_id']) | indent(4) }}

),

items as (

    {{ select_json_items('moment_lists', 'moments', ['order_dk', 'shop', 'load_id']) | indent(4) }}

),

typed as (

    {{ select_json_fields('items', [
        ('visit_gid', 'id', 'text'),
        ('occurred_at', 'occurredAt', 'timestamp'),
        ('landing_page', 'landingPage', 'text'),
        ('referrer_url', 'referrerUrl', 'text'),
        ('visit_source', 'source', 'text'),
        ('utm_source', 'utmParameters.source', 'text'),
        ('utm_medium', 'utmParameters.medium', 'text'),
        ('utm_campaign', 'utmParameters.campaign', 'text'),
        ('utm_content', 'utmParameters.content', 'text'),
        ('utm_term', 'utmParameters.term', 'text')
    ], keep=['order_dk', 'shop', 'item_index', 'load_id'], column='item') | indent(4) }}

),

renamed as (

    select
        order_dk,
        shop,
        {{ legacy_id('visit_gid') }} as visit_id,
        item_index as moment_position,
        occurred_at,
        landing_page,
        referrer_url,
        visit_source,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        -- The shop keeps no field for these, but the page's address has them.
        {{ url_parameter('landing_page', 'utm_id') }} as utm_id,
        {{ url_parameter('landing_page', 'gclid') }} as gclid,
        {{ url_parameter('landing_page', 'gbraid') }} as gbraid,
        {{ url_parameter('landing_page', 'wbraid') }} as wbraid,
        {{ url_parameter('landing_page', 'msclkid') }} as msclkid,
        {{ url_parameter('landing_page', 'fbclid') }} as fbclid,
        {{ url_host('landing_page') }} as landing_host,
        {{ url_host('referrer_url') }} as referrer_host,
        has_cast_problem or occurred_at is null as has_cast_problem,
        load_id
    from typed

)

select * from renamed
