{# The last part of a global id: gid://shopify/Order/123 is 123. #}
{% macro legacy_id(global_id) -%}
    regexp_replace({{ global_id }}, '^.*/', '')
{%- endmacro %}


{# Orders whose newest version came with a load that is not yet worked in. #}
{% macro new_orders() -%}
    (select order_dk from {{ ref('stg_shopify__orders') }} where load_id > {{ trueup.transformed_load_id() }}) as new_orders
{%- endmacro %}


{#
    Payloads of the newest versions of new orders; everything that hangs on an order is written
    again with it, as a whole.
#}
{% macro select_new_order_payloads() -%}
select
    orders.order_dk,
    orders.shop,
    orders.order_id,
    orders.currency_code,
    orders.taxes_included,
    orders.load_id,
    source.payload
from {{ source('shopify', 'orders') }} as source
inner join {{ ref('stg_shopify__orders') }} as orders
    on source.load_id = orders.load_id
    and source.record_key = orders.record_key
    and source.page_index = orders.page_index
    and source.record_index = orders.record_index
where
    source.load_id > {{ trueup.transformed_load_id() }}
    and orders.load_id > {{ trueup.transformed_load_id() }}
    and not orders.is_deleted
{%- endmacro %}


{#
    The newest version of each record among those at hand: by the source's own time of update, then
    by when its batch was read, then by content; never by when it was loaded. What hangs on a record
    may change without moving its time of update, and a later read is then the newer one. Of two
    versions of one time, one that can be read wins over one that cannot. Expects the columns
    updated_at, has_cast_problem, extracted_at and payload_hash.
#}
{% macro newest_first(keys) -%}
    row_number() over (
        partition by {{ keys | join(', ') }}
        order by
            updated_at desc, has_cast_problem, extracted_at desc, payload_hash desc, load_id,
            page_index, record_index
    )
{%- endmacro %}


{# Of the candidates, those newer than what `this` already holds for the key. #}
{% macro newer_than_known(candidates, key) -%}
    select candidates.*
    from {{ candidates }} as candidates
    {% if is_incremental() -%}
    left join {{ this }} as known on candidates.{{ key }} = known.{{ key }}
    where
        known.{{ key }} is null
        or candidates.updated_at > known.updated_at
        or (
            candidates.updated_at = known.updated_at
            and known.has_cast_problem
            and not candidates.has_cast_problem
        )
        or (
            candidates.updated_at = known.updated_at
            and candidates.has_cast_problem = known.has_cast_problem
            and candidates.extracted_at > known.extracted_at
        )
        or (
            candidates.updated_at = known.updated_at
            and candidates.has_cast_problem = known.has_cast_problem
            and candidates.extracted_at = known.extracted_at
            and candidates.payload_hash > known.payload_hash
        )
    {%- endif %}
{%- endmacro %}
