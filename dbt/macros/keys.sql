{#
    A surrogate key: md5 of an entity tag and its parts. Parts are trimmed, NULL is `~null~`, and
    `\` and `|` are escaped, so that different parts never give the same text. Pass text only:
    how numbers and timestamps print differs between engines.
#}
{% macro surrogate_key(tag, parts) -%}
    md5('{{ tag }}'
    {%- for part in parts %} || '|' || coalesce(replace(replace(trim({{ part }}), chr(92), chr(92) || chr(92)), '|', chr(92) || '|'), '~null~')
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


{#
    Who ordered: the shop's customer, else whoever has the e-mail token, else nobody known (-1).
#}
{% macro customer_dk(shop, customer_id, email_token) -%}
    case
            when {{ customer_id }} is not null
                then {{ trueup.surrogate_key('customer', [shop, "'id'", customer_id]) }}
            when {{ email_token }} is not null
                then {{ trueup.surrogate_key('customer', [shop, "'guest'", email_token]) }}
            else '-1'
        end
{%- endmacro %}


{#
    The durable key of an ad platform's entity that a touch leads to: -2 where a touch of its kind
    leads to none, -1 where it is not known.
#}
{% macro resolved_key(entity, ids) -%}
    case
            when {{ ids[-1] }} is not null
                then {{ trueup.surrogate_key(entity, ['platform'] + ids) }}
            when is_paid or campaign_id is not null then '-1'
            else '-2'
        end
{%- endmacro %}
