{#
    Turns replaced windows into versions. All histories are built with this macro.

    A source sends the content of a window again and again (a report day of an account, the
    campaigns of an account), and each complete answer replaces the one before. The macro turns new
    answers into versions of each record: the time from which it is known, the time until which it
    is known, and the loads of both. If an answer lacks a record, the record's version is closed, and
    a version with `is_deleted` and without measures follows, until the record returns.

    Expects the relations
      rows      one row per answer and record: keys, entity, columns, row_hash, load_id, loaded_at
      windows   one row per answer: keys, load_id, loaded_at; also answers without any row
    and renders CTEs that end with `versions`: the rows to write by delete and insert on
    `keys + [entity]` among the open ones. Several new answers of one window are applied in the
    order of their loads.
#}
{% macro versions_from_windows(rows, windows, keys, entity, columns, measures=[]) -%}
{%- set identity = (keys + [entity]) | join(', ') -%}
{%- set carried = columns + measures + ['row_hash'] -%}

numbered_windows as (

    select
        {{ keys | join(', ') }},
        load_id,
        loaded_at,
        row_number() over (partition by {{ keys | join(', ') }} order by load_id) as version_number,
        count(*) over (partition by {{ keys | join(', ') }}) as version_count
    from {{ windows }}

),

answered_rows as (

    select
        {{ trueup.qualified('answers', keys + [entity] + carried) }},
        false as is_deleted,
        numbered_windows.load_id,
        numbered_windows.loaded_at as knowledge_from,
        numbered_windows.version_number,
        numbered_windows.version_count
    from {{ rows }} as answers
    inner join numbered_windows
        on {{ trueup.joined_on('answers', 'numbered_windows', keys) }}
        and answers.load_id = numbered_windows.load_id

),

{% if is_incremental() -%}
known_rows as (

    select
        {{ trueup.qualified('known', keys + [entity] + carried) }},
        known.is_deleted,
        known.load_id,
        known.knowledge_from,
        0 as version_number,
        numbered_windows.version_count
    from {{ this }} as known
    inner join numbered_windows
        on {{ trueup.joined_on('known', 'numbered_windows', keys) }}
        and numbered_windows.version_number = 1
    where known.closed_load_id is null

),

{% endif -%}
plain_windows as (

    -- Windows with one new answer that names each record once.
    select {{ keys | join(', ') }}
    from answered_rows
    group by {{ keys | join(', ') }}
    having max(version_count) = 1 and count(*) = count(distinct {{ entity }})

),

{% if is_incremental() -%}
seen_rows as (

    -- Most rows of most answers are unchanged and need no further comparison.
    select answered.*
    from answered_rows as answered
    left join plain_windows on {{ trueup.joined_on('answered', 'plain_windows', keys) }}
    left join known_rows as known
        on {{ trueup.joined_on('answered', 'known', keys + [entity, 'row_hash']) }}
    where plain_windows.{{ keys[0] }} is null or known.{{ entity }} is null
    union all
    select known.*
    from known_rows as known
    left join plain_windows on {{ trueup.joined_on('known', 'plain_windows', keys) }}
    left join answered_rows as answered
        on plain_windows.{{ keys[0] }} is not null
        and {{ trueup.joined_on('known', 'answered', keys + [entity, 'row_hash']) }}
    where plain_windows.{{ keys[0] }} is null or answered.{{ entity }} is null

),
{%- else -%}
plain_rows as (

    -- Without an earlier version, the rows are versions already.
    select * from answered_rows as answered
    where {{ trueup.exists_in('plain_windows', 'answered', keys) }}

),

seen_rows as (

    select * from answered_rows as answered
    where not {{ trueup.exists_in('plain_windows', 'answered', keys) }}

),
{%- endif %}

rows_with_next as (

    select
        *,
        lead(version_number) over (
            partition by {{ identity }} order by version_number, row_hash
        ) as next_version_number
    from seen_rows

),

vanished_rows as (

    select
        {{ trueup.qualified('gone', keys + [entity] + columns) }},
        {%- for measure in measures %}
        null as {{ measure }},
        {%- endfor %}
        null as row_hash,
        true as is_deleted,
        numbered_windows.load_id,
        numbered_windows.loaded_at as knowledge_from,
        numbered_windows.version_number,
        numbered_windows.version_count,
        null as next_version_number
    from rows_with_next as gone
    inner join numbered_windows
        on {{ trueup.joined_on('gone', 'numbered_windows', keys) }}
        and numbered_windows.version_number = gone.version_number + 1
    where
        not gone.is_deleted
        and coalesce(gone.next_version_number, gone.version_count + 1) > gone.version_number + 1

),

states as (

    -- A record that is twice in an answer counts once.
    select * from rows_with_next
    where next_version_number is distinct from version_number
    union all
    select * from vanished_rows

),

changes as (

    select *
    from states
    qualify
        version_number = 0
        or lag(version_number) over (partition by {{ identity }} order by version_number) is null
        or row_hash is distinct from lag(row_hash) over (
            partition by {{ identity }} order by version_number
        )

),

closed_changes as (

    select
        *,
        lead(load_id) over (
            partition by {{ identity }} order by version_number
        ) as closed_load_id,
        lead(knowledge_from) over (
            partition by {{ identity }} order by version_number
        ) as knowledge_to
    from changes

),

versions as (

    select
        {{ identity }},
        {{ carried | join(',\n        ') }},
        is_deleted,
        knowledge_from,
        knowledge_to,
        load_id,
        closed_load_id
    from closed_changes
    where version_number > 0 or closed_load_id is not null
    {%- if not is_incremental() %}
    union all
    select
        {{ identity }},
        {{ carried | join(',\n        ') }},
        is_deleted,
        knowledge_from,
        null as knowledge_to,
        load_id,
        null as closed_load_id
    from plain_rows
    {%- endif %}

)
{%- endmacro %}


{% macro qualified(alias, columns) -%}
    {% for column in columns %}{{ alias }}.{{ column }}{{ ',\n        ' if not loop.last }}{% endfor %}
{%- endmacro %}


{% macro joined_on(left, right, columns) -%}
    {% for column in columns %}{{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}


{% macro exists_in(relation, alias, columns) -%}
    exists (
            select 1 from {{ relation }} as other where {{ trueup.joined_on('other', alias, columns) }}
        )
{%- endmacro %}
