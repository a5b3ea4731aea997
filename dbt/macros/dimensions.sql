{#
    A dimension of the ad platforms with its versions (SCD2), as CTEs that end with `members`.

    `versions` is a history from snapshots, `ids` identify the entity within its platform, and
    `parents` are ids of the entities above it. The durable key `<entity>_dk` is the same for all
    versions; `<entity>_sk` identifies one version. An entity that has figures but was never listed
    gets one inferred version. The members -1 unknown, -2 not applicable and -3 not yet listed
    always exist.
#}
{% macro dimension_members(entity, versions, reported, ids, parents, attributes) -%}
{%- set columns = ids + parents + attributes %}

numbered_versions as (

    select
        *,
        row_number() over (
            partition by platform, {{ ids | join(', ') }} order by load_id
        ) as version_number
    from {{ versions }}

),

listed as (

    select
        platform,
        {{ columns | join(',\n        ') }},
        version_number,
        -- The first version also counts for the time before it was read.
        case
            when version_number = 1 then timestamp '1900-01-01 00:00:00' else knowledge_from
        end as valid_from,
        knowledge_to as valid_to,
        closed_load_id is null as is_current,
        is_deleted,
        false as is_inferred,
        knowledge_from,
        greatest(load_id, coalesce(closed_load_id, 0)) as load_id
    from numbered_versions

),

unlisted as (

    select
        platform,
        {{ ids | join(',\n        ') }},
        {%- for parent in parents %}
        min({{ parent }}) as {{ parent }},
        {%- endfor %}
        min(load_id) as load_id
    from {{ reported }} as reported
    where
        {{ entity }}_id is not null
        and not exists (
            select 1 from listed where {{ trueup.joined_on('listed', 'reported', ['platform'] + ids) }}
        )
    group by platform, {{ ids | join(', ') }}

),

all_members as (

    select * from listed
    union all
    select
        platform,
        {{ (ids + parents) | join(',\n        ') }},
        {%- for attribute in attributes %}
        null as {{ attribute }},
        {%- endfor %}
        1 as version_number,
        timestamp '1900-01-01 00:00:00' as valid_from,
        null as valid_to,
        true as is_current,
        false as is_deleted,
        true as is_inferred,
        null as knowledge_from,
        load_id
    from unlisted

),

members as (

    select
        {{ trueup.surrogate_key(entity, ['platform'] + ids + ['cast(version_number as varchar)']) }}
            as {{ entity }}_sk,
        {{ trueup.surrogate_key(entity, ['platform'] + ids) }} as {{ entity }}_dk,
        {%- if entity != 'account' %}
        {{ trueup.surrogate_key('account', ['platform', 'account_id']) }} as account_dk,
        {%- endif %}
        {%- for parent in parents %}
        {{ trueup.surrogate_key(parent[:-3], ['platform', 'account_id', parent]) }} as {{ parent[:-3] }}_dk,
        {%- endfor %}
        {%- if entity == 'ad' %}
        {{ trueup.surrogate_key('ad_group', ['platform', 'account_id', 'ad_group_id']) }} as ad_group_dk,
        {%- endif %}
        platform,
        {{ columns | join(',\n        ') }},
        valid_from,
        valid_to,
        is_current,
        is_deleted,
        is_inferred,
        knowledge_from,
        load_id
    from all_members
    {%- for key, label in [('-1', 'Unknown'), ('-2', 'Not applicable'), ('-3', 'Not yet listed')] %}
    union all
    select
        '{{ key }}' as {{ entity }}_sk,
        '{{ key }}' as {{ entity }}_dk,
        {%- if entity != 'account' %}
        '-1' as account_dk,
        {%- endif %}
        {%- for parent in parents %}
        '-1' as {{ parent[:-3] }}_dk,
        {%- endfor %}
        {%- if entity == 'ad' %}
        '-1' as ad_group_dk,
        {%- endif %}
        null as platform,
        {%- for column in columns %}
        {{ "'" ~ label ~ "'" if column == entity ~ '_name' else 'null' }} as {{ column }},
        {%- endfor %}
        timestamp '1900-01-01 00:00:00' as valid_from,
        null as valid_to,
        true as is_current,
        false as is_deleted,
        {{ 'true' if key == '-3' else 'false' }} as is_inferred,
        null as knowledge_from,
        0 as load_id
    {%- endfor %}

)
{%- endmacro %}
