-- One row per order and part of it with a value that is unreadable or too large.
with

found as (

    {%- for part in ['orders', 'order_lines', 'refunds', 'refund_lines'] %}
        select distinct
            order_dk,
            '{{ part }}' as part,
            load_id
        from {{ ref('stg_shopify__' ~ part) }}
        where has_cast_problem {{ 'and not is_deleted' if part == 'orders' }}
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

)

select * from found
