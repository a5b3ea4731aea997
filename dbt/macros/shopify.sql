{# The last part of a global id: gid://shopify/Order/123 is 123. #}
{% macro legacy_id(global_id) -%}
    regexp_replace({{ global_id }}, '^.*/', '')
{%- endmacro %}


{# Orders whose newest version came with a load that is not yet transformed. #}
{% macro new_orders() -%}
    (select order_dk from {{ ref('stg_shopify__orders') }} where load_id > {{ trueup.transformed_load_id() }}) as new_orders
{%- endmacro %}


{#
    Payloads of the newest versions of new orders. All rows that depend on an order are rewritten
    with it.
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
    on source.load_id = orders.record_load_id
    and source.record_key = orders.record_key
    and source.page_index = orders.page_index
    and source.record_index = orders.record_index
where
    -- A restored order has an old payload.
    orders.load_id > {{ trueup.transformed_load_id() }}
    and not orders.is_deleted
{%- endmacro %}


{#
    The newest available version of each record: by the source's update time, then by the read time
    of its batch, then by content; never by load time. Dependent data of a record may change without
    a new update time; the later read is then the newer version. Of two versions with the same time,
    a readable one wins over an unreadable one. Expects the columns
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


{#
    The tax inside a part of a price that includes tax, from the tax on its `taxed` amount. Tax is
    rounded to the minor unit, so the rate is more exact if the part is larger than the taxed amount,
    or if nothing was taxed.
#}
{% macro included_tax(part, taxed, tax, rate) -%}
    {%- set included -%}
    case
                when {{ part }} = 0 then 0
                when {{ taxed }} = 0 or ({{ part }} > {{ taxed }} and {{ tax }} <> 0 and {{ rate }} > 0)
                    then cast({{ part }} as double) * cast({{ rate }} as double) / (1 + cast({{ rate }} as double))
                else cast({{ part }} as double) * cast({{ tax }} as double) / cast({{ taxed }} as double)
            end
    {%- endset -%}
    {{ trueup.fit_amount(included) }}
{%- endmacro %}


{# True when nothing was ever paid for an order. #}
{% macro is_unpaid(financial_status) -%}
    coalesce({{ financial_status }} in ('AUTHORIZED', 'EXPIRED', 'PENDING', 'VOIDED'), false)
{%- endmacro %}


{# The part of a line's amount that some of its units have; all of them have all of it. #}
{% macro share_of_units(amount, units, all_units) -%}
    {{ trueup.fit_amount('cast(' ~ amount ~ ' as double) * (' ~ units ~ ') / nullif(' ~ all_units ~ ', 0)') }}
{%- endmacro %}


{# True when a listing is of the day on which an order was created. #}
{% macro covers(listing, order) -%}
    {{ listing }}.source = 'shopify'
    and {{ listing }}.stream = 'listed_orders'
    and {{ listing }}.scope = {{ order }}.shop
    and {{ order }}.created_at >= {{ listing }}.window_since
    and {{ order }}.created_at < {{ listing }}.window_until
{%- endmacro %}


{#
    Deletion state of orders from the shop's listings of days, as CTEs that end with `states`:
    `is_deleted`, and the load that deleted or restored the order. A listing may lack an order that
    was younger than an hour at the time of the read; an older order that it lacks is deleted. The
    read time of the order itself does not matter: it was created before, so it had to be listed.

    The macro uses all listings of a day, so the result does not depend on how many of them are new
    in a run.
#}
{% macro listing_states(orders) -%}
newest_listed as (

    select
        shop,
        order_id,
        count_if(not is_deleted) > 0 as is_listed,
        -- A listed order counts as listed from that listing on, even if another one lacks it.
        coalesce(max(case when not is_deleted then load_id end), max(load_id)) as load_id
    from {{ ref('stg_shopify__listed_orders') }}
    where closed_load_id is null and order_id in (select order_id from {{ orders }})
    group by shop, order_id

),

judged as (

    select
        orders.order_dk,
        coalesce(newest_listed.is_listed, false) as is_listed,
        newest_listed.load_id as changed_load_id,
        min(listings.load_id) as first_load_id,
        min(
            case when listings.load_id >= coalesce(newest_listed.load_id, 0) then listings.load_id end
        ) as missed_load_id
    from {{ orders }} as orders
    -- The shop's day is the UTC day or a neighbour: joined by equal days, then by exact times.
    cross join (select -1 as days union all select 0 union all select 1) as near_days
    inner join {{ ref('stg_warehouse__windows') }} as listings
        on
            listings.window_day = {{ trueup.add_days('cast(orders.created_at as date)', 'near_days.days') }}
            and {{ trueup.covers('listings', 'orders') }}
            and {{ trueup.seconds_between('orders.created_at', 'listings.extracted_at') }} > 3600
    left join newest_listed
        on orders.shop = newest_listed.shop and orders.order_id = newest_listed.order_id
    group by orders.order_dk, newest_listed.is_listed, newest_listed.load_id

),

states as (

    -- If an earlier listing lacked an order and a later one has it, the order was restored.
    select
        order_dk,
        not is_listed and missed_load_id is not null as is_deleted,
        case
            when not is_listed then missed_load_id
            when first_load_id < changed_load_id then changed_load_id
        end as load_id
    from judged

),
{%- endmacro %}
