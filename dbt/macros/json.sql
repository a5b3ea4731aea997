{#
    JSON fields to typed columns, in one pass over the payload.

    `fields` is a list of (column, dotted path, type) or (column, dotted path, type, value if
    missing). Types: text, integer, decimal, rate, double, boolean, timestamp (UTC, from text with
    an offset), date, json (a sub-document). A text that does not cast becomes NULL, never 0, and
    sets `has_cast_problem`, so that the audit finds it.
    The rendered select reads `relation` and passes the columns of `keep` through.
#}
{% macro select_json_fields(relation, fields, keep, column='payload') -%}
    {{ return(adapter.dispatch('select_json_fields', 'trueup')(relation, fields, keep, column)) }}
{%- endmacro %}


{% macro duckdb__select_json_fields(relation, fields, keep, column) -%}
select
    {%- for name in keep %}
    {{ name }},
    {%- endfor %}
    {%- for field in fields %}
    {{ trueup.cast_field('json_texts[' ~ loop.index ~ ']', field) }} as {{ field[0] }},
    {%- endfor %}
    {{ trueup.cast_problem_condition(fields) }} as has_cast_problem
from (
    select
        {%- for name in keep %}
        {{ name }},
        {%- endfor %}
        json_extract_string(
            {{ column }},
            [{% for field in fields %}'$.{{ field[1] }}'{{ ', ' if not loop.last }}{% endfor %}]
        ) as json_texts
    from {{ relation }}
) as extracted
{%- endmacro %}


{% macro snowflake__select_json_fields(relation, fields, keep, column) -%}
select
    {%- for name in keep %}
    {{ name }},
    {%- endfor %}
    {%- for field in fields %}
    {{ trueup.cast_field('json_text_' ~ loop.index, field) }} as {{ field[0] }},
    {%- endfor %}
    {{ trueup.cast_problem_condition(fields) }} as has_cast_problem
from (
    select
        {%- for name in keep %}
        {{ name }},
        {%- endfor %}
        {%- for field in fields %}
        get_path({{ column }}, '{{ field[1] }}')::varchar as json_text_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
) as extracted
{%- endmacro %}


{# True when some text was there and did not cast. #}
{% macro cast_problem_condition(fields) -%}
    {{ return(adapter.dispatch('cast_problem_condition', 'trueup')(fields)) }}
{%- endmacro %}


{% macro duckdb__cast_problem_condition(fields) -%}
    {%- set conditions = [] -%}
    {%- for field in fields -%}
        {%- if field[2] not in ('text', 'json') -%}
            {%- set text = 'json_texts[' ~ loop.index ~ ']' -%}
            {%- do conditions.append('(' ~ text ~ ' is not null and ' ~ trueup.cast_text(text, field[2]) ~ ' is null)') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ conditions | join('\n        or ') if conditions else 'false' }}
{%- endmacro %}


{% macro snowflake__cast_problem_condition(fields) -%}
    {%- set conditions = [] -%}
    {%- for field in fields -%}
        {%- if field[2] not in ('text', 'json') -%}
            {%- set text = 'json_text_' ~ loop.index -%}
            {%- do conditions.append('(' ~ text ~ ' is not null and ' ~ trueup.cast_text(text, field[2]) ~ ' is null)') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ conditions | join('\n        or ') if conditions else 'false' }}
{%- endmacro %}


{# A field's text as its type, or its value if missing. #}
{% macro cast_field(text, field) -%}
    {%- if field | length > 3 -%}
    case when {{ text }} is null then {{ field[3] }} else {{ trueup.cast_text(text, field[2]) }} end
    {%- else -%}
    {{ trueup.cast_text(text, field[2]) }}
    {%- endif -%}
{%- endmacro %}


{# A text as one of the types above; NULL where it is not one. #}
{% macro cast_text(text, type) -%}
    {%- if type == 'text' -%}{{ text }}
    {%- elif type == 'integer' -%}{{ trueup.try_integer(text) }}
    {%- elif type == 'timestamp' -%}{{ trueup.utc_timestamp(text) }}
    {%- elif type == 'decimal' -%}{{ trueup.try_amount(text) }}
    {%- elif type == 'rate' -%}{{ trueup.try_rate(text) }}
    {%- elif type == 'json' -%}{{ trueup.try_json(text) }}
    {%- elif type == 'date' -%}{{ trueup.try_date(text) }}
    {%- elif type in ('double', 'boolean') -%}try_cast({{ text }} as {{ type }})
    {%- else -%}{{ exceptions.raise_compiler_error("no JSON field type '" ~ type ~ "'") }}
    {%- endif -%}
{%- endmacro %}


{#
    Texts as numbers and days. Amounts of 10^13 and more, rates of 10^9 and counts of 10^18 are no
    figures of any company, and what is calculated from them would not fit: such a text is
    unreadable, like one that is no number. The narrower types are these bounds.
#}

{# Whole numbers only: a plain cast would round 1.5 to 2. #}
{% macro try_integer(text) -%}
    case
            when position('.' in {{ text }}) = 0 then cast(try_cast({{ text }} as decimal(18, 0)) as bigint)
        end
{%- endmacro %}

{# An amount with the six places that amounts have everywhere. #}
{% macro try_amount(text) -%}
    cast(try_cast({{ text }} as decimal(19, 6)) as decimal(20, 6))
{%- endmacro %}

{% macro try_rate(text) -%}
    cast(try_cast({{ text }} as decimal(19, 10)) as decimal(20, 10))
{%- endmacro %}

{% macro try_date(text) -%}
    case
            when try_cast({{ text }} as date) between cast('0001-01-01' as date) and cast('9999-12-31' as date)
                then try_cast({{ text }} as date)
        end
{%- endmacro %}


{% macro try_json(text) -%}
    {{ return(adapter.dispatch('try_json', 'trueup')(text)) }}
{%- endmacro %}

{% macro duckdb__try_json(text) -%}
    try_cast({{ text }} as json)
{%- endmacro %}

{% macro snowflake__try_json(text) -%}
    try_parse_json({{ text }})
{%- endmacro %}


{#
    One row per element of a JSON array, as `item`, with its place from 0 as `item_index`.
    A row whose array is empty or missing gives none.
#}
{% macro select_json_items(relation, array, keep) -%}
    {{ return(adapter.dispatch('select_json_items', 'trueup')(relation, array, keep)) }}
{%- endmacro %}

{% macro duckdb__select_json_items(relation, array, keep) -%}
select
    {%- for name in keep %}
    {{ name }},
    {%- endfor %}
    unnest(try_cast({{ array }} as json[])) as item,
    generate_subscripts(try_cast({{ array }} as json[]), 1) - 1 as item_index
from {{ relation }}
{%- endmacro %}

{% macro snowflake__select_json_items(relation, array, keep) -%}
select
    {%- for name in keep %}
    {{ name }},
    {%- endfor %}
    elements.value as item,
    elements.index as item_index
from {{ relation }}, lateral flatten(input => {{ array }}) as elements
{%- endmacro %}


{#
    The sum of an amount over the elements of a JSON array inside `item`; 0 for an empty or
    missing array, NULL when an element does not cast.
#}
{% macro json_array_sum(item, array_path, amount_path) -%}
    {{ return(adapter.dispatch('json_array_sum', 'trueup')(item, array_path, amount_path)) }}
{%- endmacro %}

{% macro duckdb__json_array_sum(item, array_path, amount_path) -%}
    {%- set texts = "json_extract_string(" ~ item ~ ", '$." ~ array_path ~ "[*]." ~ amount_path ~ "')" -%}
    case
            when coalesce(len({{ texts }}), 0) = 0 then 0
            else {{ trueup.fit_amount('list_sum(try_cast(' ~ texts ~ ' as decimal(19, 6)[]))') }}
        end
{%- endmacro %}

{% macro snowflake__json_array_sum(item, array_path, amount_path) -%}
    coalesce(reduce(
        get_path({{ item }}, '{{ array_path }}'),
        0::number(20, 6),
        (total, element) -> total + try_cast(get_path(element, '{{ amount_path }}')::varchar as decimal(19, 6))
    ), 0)
{%- endmacro %}


{# The same over the elements of the arrays inside an array's elements. #}
{% macro json_nested_array_sum(item, array_path, inner_path, amount_path) -%}
    {{ return(adapter.dispatch('json_nested_array_sum', 'trueup')(item, array_path, inner_path, amount_path)) }}
{%- endmacro %}

{% macro duckdb__json_nested_array_sum(item, array_path, inner_path, amount_path) -%}
    {{ trueup.json_array_sum(item, array_path, inner_path ~ '[*].' ~ amount_path) }}
{%- endmacro %}

{% macro snowflake__json_nested_array_sum(item, array_path, inner_path, amount_path) -%}
    coalesce(reduce(
        get_path({{ item }}, '{{ array_path }}'),
        0::number(20, 6),
        (outer_total, outer_element) -> outer_total + coalesce(reduce(
            get_path(outer_element, '{{ inner_path }}'),
            0::number(20, 6),
            (total, element) -> total + try_cast(get_path(element, '{{ amount_path }}')::varchar as decimal(19, 6))
        ), 0)
    ), 0)
{%- endmacro %}


{# A JSON object whose `nodes` are the elements of an array whose `key` is not `value`. #}
{% macro json_nodes_without(item, array_path, key, value) -%}
    {{ return(adapter.dispatch('json_nodes_without', 'trueup')(item, array_path, key, value)) }}
{%- endmacro %}

{% macro duckdb__json_nodes_without(item, array_path, key, value) -%}
    json_object('nodes', list_filter(
            try_cast(json_extract({{ item }}, '$.{{ array_path }}') as json[]),
            lambda element: json_extract_string(element, '$.{{ key }}') is distinct from '{{ value }}'
        ))
{%- endmacro %}

{% macro snowflake__json_nodes_without(item, array_path, key, value) -%}
    object_construct('nodes', filter(
            get_path({{ item }}, '{{ array_path }}'),
            element -> element:{{ key }}::varchar is distinct from '{{ value }}'
        ))
{%- endmacro %}


{#
    The first element of a JSON array whose `key` has one of the `values`, taken in that order of
    preference; NULL without one.
#}
{% macro json_array_element(array, key, values) -%}
    coalesce(
        {%- for value in values %}
        {{ adapter.dispatch('json_array_find', 'trueup')(array, key, value) }},
        {%- endfor %}
        null
    )
{%- endmacro %}

{% macro duckdb__json_array_find(array, key, value) -%}
    list_filter(
            try_cast({{ array }} as json[]),
            lambda element: json_extract_string(element, '$.{{ key }}') = '{{ value }}'
        )[1]
{%- endmacro %}

{% macro snowflake__json_array_find(array, key, value) -%}
    get(filter({{ array }}, element -> element:{{ key }}::varchar = '{{ value }}'), 0)
{%- endmacro %}


{# One field of a small JSON value as text. For several fields of a payload: select_json_fields. #}
{% macro json_text(value, path) -%}
    {{ return(adapter.dispatch('json_text', 'trueup')(value, path)) }}
{%- endmacro %}

{% macro duckdb__json_text(value, path) -%}
    json_extract_string({{ value }}, '$.{{ path }}')
{%- endmacro %}

{% macro snowflake__json_text(value, path) -%}
    get_path({{ value }}, '{{ path }}')::varchar
{%- endmacro %}
