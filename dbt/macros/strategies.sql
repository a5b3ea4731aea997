{#
    Incremental strategy of histories: replaces the open row of each written key by the new rows for
    it (the closed version and its successors). Closed rows never change.
#}
{% macro get_incremental_replace_open_versions_sql(arguments) -%}
    {%- set target = arguments['target_relation'] -%}
    {%- set written = arguments['temp_relation'] -%}
    {%- set keys = arguments['unique_key'] -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target }} as kept
    using (select distinct {{ keys | join(', ') }} from {{ written }}) as written
    where {{ trueup.joined_on('kept', 'written', keys) }} and kept.closed_load_id is null;

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ written }}
{%- endmacro %}
