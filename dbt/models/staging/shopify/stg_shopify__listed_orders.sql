{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['shop', 'window_day', 'order_id'],
    pre_hook='{{ undo_unfinished() }}'
) }}

with

listings as (

    select
        scope as shop,
        window_day,
        window_since,
        load_id,
        loaded_at
    from {{ ref('stg_warehouse__windows') }}
    where
        load_id > {{ transformed_load_id() }}
        and source = 'shopify'
        and stream = 'listed_orders'

),

source as (

    select * from {{ source('shopify', 'listed_orders') }}
    where load_id > {{ transformed_load_id() }}

),

typed as (

    {{ select_json_fields('source', [
        ('order_gid', 'id', 'text')
    ], keep=['scope', 'window_since', 'load_id']) | indent(4) }}

),

listed as (

    select
        listings.shop,
        listings.window_day,
        {{ legacy_id('typed.order_gid') }} as order_id,
        listings.load_id
    from typed
    inner join listings
        on
            typed.scope = listings.shop
            and typed.window_since = listings.window_since
            and typed.load_id = listings.load_id

),

listed_rows as (

    select
        *,
        {{ row_hash(['order_id']) }} as row_hash
    from listed

),

{{ versions_from_windows(
    rows='listed_rows',
    windows='listings',
    keys=['shop', 'window_day'],
    entity='order_id',
    columns=[]
) }}

select * from versions
