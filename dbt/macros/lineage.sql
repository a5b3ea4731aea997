{# Lineage columns of a record, in every staging model. #}
{% macro lineage_columns() -%}
    {{ return([
        'scope', 'window_since', 'window_until', 'record_key', 'page_index', 'record_index',
        'load_id', 'loaded_at', 'extracted_at', 'batch_id'
    ]) }}
{%- endmacro %}


{# `scope` is an account id; one vendor writes it with a prefix in places. #}
{% macro account_of_scope(scope) -%}
    replace({{ scope }}, 'act_', '')
{%- endmacro %}


{# Figure of a stream: spend for days of ads, revenue for orders, else NULL. #}
{% macro figure_of_stream(stream) -%}
    case
            when {{ stream }} in ('ad_days', 'campaign_days') then 'spend'
            when {{ stream }} = 'orders' then 'revenue'
        end
{%- endmacro %}
