{#
    The last load whose transform succeeded as a whole; 0 before the first, and in a full rebuild. A
    literal, so that the engine can skip the older part of a raw table.
#}
{% macro transformed_load_id() -%}
    {%- if not execute or not is_incremental() -%}
        {{ return(0) }}
    {%- endif -%}
    {{ return(trueup.transform_position()) }}
{%- endmacro %}


{# The same for tables that are rebuilt and for views. #}
{% macro transform_position() -%}
    {%- if not execute or flags.FULL_REFRESH or flags.WHICH not in ('run', 'build') -%}
        {{ return(0) }}
    {%- endif -%}
    {%- set found = run_query('select max(load_id) as load_id from ops.transform_position') -%}
    {{ return((found.columns[0].values()[0] or 0) | int) }}
{%- endmacro %}


{#
    Runs before the update of a history: reverts the changes of an unfinished run, so that applying
    them again gives the same result.
#}
{% macro undo_unfinished() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} where load_id > {{ trueup.transformed_load_id() }};
    update {{ this }}
    set closed_load_id = null, knowledge_to = null
    where closed_load_id > {{ trueup.transformed_load_id() }};
    {%- endif -%}
{%- endmacro %}


{# Removes all rows of changed keys before they are rewritten, since some rows may be gone. #}
{% macro delete_changed(key, touched) -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} where {{ key }} in (select {{ key }} from {{ touched }})
    {%- endif -%}
{%- endmacro %}


{# The same for tables that only grow. #}
{% macro undo_appended() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} where load_id > {{ trueup.transformed_load_id() }}
    {%- endif -%}
{%- endmacro %}


{#
    Days from which an order's ledger entries are removed, so that the marts compute these days
    again even if no entry of the order is left there. The days are kept until a whole run succeeds:
    then the position moves, and days of the old position are deleted.
#}
{% macro note_days_left(days_left, touched) -%}
    {%- if execute and is_incremental() -%}
    insert into {{ days_left }} (report_date, transformed_load_id)
    select distinct report_date, {{ trueup.transformed_load_id() }}
    from {{ this }}
    where order_dk in (select order_dk from {{ touched }})
    {%- endif -%}
{%- endmacro %}


{% macro forget_days_of_finished_runs() -%}
    {%- if execute and is_incremental() -%}
    delete from {{ this }} where transformed_load_id <> {{ trueup.transformed_load_id() }}
    {%- endif -%}
{%- endmacro %}
