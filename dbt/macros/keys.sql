{#
    A surrogate key: md5 of an entity tag and its parts. Parts are trimmed, NULL is `~null~`, and
    `\` and `|` are escaped, so that different parts never give the same text. Pass text only:
    how numbers and timestamps print differs between engines.
#}
{% macro surrogate_key(tag, parts) -%}
    md5('{{ tag }}'
    {%- for part in parts %} || '|' || coalesce(replace(replace(trim({{ part }}), '\\', '\\\\'), '|', '\\|'), '~null~')
    {%- endfor -%}
    )
{%- endmacro %}


{# 64 bits of an md5 over the given texts, to see whether a row changed; NULL-safe. #}
{% macro row_hash(texts) -%}
    {{ return(adapter.dispatch('row_hash', 'trueup')(texts)) }}
{%- endmacro %}

{% macro duckdb__row_hash(texts) -%}
    md5_number_lower(concat_ws('|'
    {%- for text in texts %}, coalesce(cast({{ text }} as varchar), '~null~'){% endfor %}))
{%- endmacro %}

{% macro snowflake__row_hash(texts) -%}
    md5_number_lower64(concat_ws('|'
    {%- for text in texts %}, coalesce(cast({{ text }} as varchar), '~null~'){% endfor %}))
{%- endmacro %}
