{# A query parameter of an address as it stands there, or NULL. #}
{% macro url_parameter(url, name) -%}
    {{ return(adapter.dispatch('url_parameter', 'trueup')(url, name)) }}
{%- endmacro %}

{% macro duckdb__url_parameter(url, name) -%}
    nullif(regexp_extract({{ url }}, '[?&]{{ name }}=([^&#]*)', 1), '')
{%- endmacro %}

{% macro snowflake__url_parameter(url, name) -%}
    nullif(regexp_substr({{ url }}, '[?&]{{ name }}=([^&#]*)', 1, 1, 'e', 1), '')
{%- endmacro %}


{# The host of an address in lower case without `www.`, or NULL. #}
{% macro url_host(url) -%}
    {{ return(adapter.dispatch('url_host', 'trueup')(url)) }}
{%- endmacro %}

{% macro duckdb__url_host(url) -%}
    nullif(regexp_extract(lower({{ url }}), '^[a-z][a-z0-9+.-]*://(?:www\.)?([^/:?#]+)', 1), '')
{%- endmacro %}

{% macro snowflake__url_host(url) -%}
    nullif(regexp_substr(lower({{ url }}), '^[a-z][a-z0-9+.-]*://(www\\.)?([^/:?#]+)', 1, 1, 'e', 2), '')
{%- endmacro %}
