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
    orders.tip_amount,
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
    The newest version of each record among those at hand, by the source's own time of update and
    then by content, never by arrival: of two versions of one time, one that can be read wins over
    one that cannot. Expects the columns updated_at, has_cast_problem and payload_hash.
#}
{% macro newest_first(keys) -%}
    row_number() over (
        partition by {{ keys | join(', ') }}
        order by
            updated_at desc, has_cast_problem, payload_hash desc, load_id, page_index, record_index
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
            and candidates.payload_hash > known.payload_hash
        )
    {%- endif %}
{%- endmacro %}


{#
    The tax inside a part of a price that includes tax, from the tax on what is `taxed` of it. Tax
    comes rounded to the minor unit, so of a part larger than what was taxed, or where nothing was,
    the rate says more.
#}
{% macro included_tax(part, taxed, tax, rate) -%}
    cast(
            case
                when {{ part }} = 0 then 0
                when {{ taxed }} = 0 or ({{ part }} > {{ taxed }} and {{ tax }} <> 0 and {{ rate }} > 0)
                    then cast({{ part }} as double) * cast({{ rate }} as double) / (1 + cast({{ rate }} as double))
                else cast({{ part }} as double) * cast({{ tax }} as double) / cast({{ taxed }} as double)
            end as decimal(20, 6)
        )
{%- endmacro %}


{# Whether nothing was ever taken for an order. #}
{% macro is_unpaid(financial_status) -%}
    coalesce({{ financial_status }} in ('AUTHORIZED', 'EXPIRED', 'PENDING', 'VOIDED'), false)
{%- endmacro %}


{# The part of a line's amount that some of its units have; all of them have all of it. #}
{% macro share_of_units(amount, units, all_units) -%}
    cast(
                cast({{ amount }} as double) * ({{ units }}) / nullif({{ all_units }}, 0)
                as decimal(20, 6)
            )
{%- endmacro %}
