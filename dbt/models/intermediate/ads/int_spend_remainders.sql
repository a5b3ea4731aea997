{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('account_day', new_account_days()) }}"
) }}

{%- set measures = ad_day_measures() %}
{%- set account_measures = ['spend_amount', 'impressions', 'clicks'] %}

-- A campaign's or account's own total less the rows of the level below.
with

touched as (

    select account_day from {{ new_account_days() }}

),

batches as (

    select * from {{ ref('stg_warehouse__batches') }}

),

answers as (

    select
        windows.source as platform,
        windows.scope as account_id,
        windows.window_day as platform_date,
        {{ account_day('windows.source', 'windows.scope', 'windows.window_day') }} as account_day,
        windows.stream,
        windows.load_id,
        windows.loaded_at,
        batches.currency_code,
        coalesce(batches.run_id, batches.batch_id) as run_id
    from {{ ref('stg_warehouse__windows') }} as windows
    inner join batches on windows.load_id = batches.load_id
    where
        windows.window_day is not null
        and {{ figure_of_stream('windows.stream') }} = 'spend'
        and {{ account_day('windows.source', 'windows.scope', 'windows.window_day') }}
        in (select account_day from touched)

),

moments as (

    -- A run reads the levels one after another, and only together they agree. Ordered by lake time,
    -- since load ids of two streams do not show which was read first.
    select
        platform,
        account_id,
        platform_date,
        account_day,
        max(load_id) as load_id,
        max(loaded_at) as knowledge_from,
        min(currency_code) as currency_code
    from answers
    group by platform, account_id, platform_date, account_day, run_id

),

{% for level in ['ad', 'campaign'] %}
    {{ level }}s_then as (

        -- One row per moment and campaign, as it was known then.
        select
            moments.account_day,
            moments.load_id,
            versions.campaign_id,
            min(versions.currency_code) as currency_code,
            {%- for measure in measures %}
                {{ strict_sum('versions.' ~ measure) }} as {{ measure }},
            {%- endfor %}
            count_if(versions.has_cast_problem) > 0 as has_cast_problem
        from moments
        inner join {{ ref('int_ad_days_versioned') }} as versions
            on
                moments.platform = versions.platform
                and moments.account_id = versions.account_id
                and moments.platform_date = versions.platform_date
                and moments.knowledge_from >= versions.knowledge_from
                and (
                    versions.knowledge_to is null
                    or moments.knowledge_from < versions.knowledge_to
                )
        where not versions.is_deleted and versions.report_level = '{{ level }}'
        group by moments.account_day, moments.load_id, versions.campaign_id

    ),

{% endfor %}
campaign_remainders as (

    select
        campaigns_then.account_day,
        campaigns_then.load_id,
        'campaign' as report_level,
        campaigns_then.campaign_id as entity_id,
        campaigns_then.campaign_id,
        campaigns_then.currency_code,
        -- Unreadable values of a campaign with ads count in the account's remainder.
        {%- for measure in measures %}
            case
                when ads_then.campaign_id is null then campaigns_then.{{ measure }}
                else coalesce(campaigns_then.{{ measure }} - ads_then.{{ measure }}, 0)
            end as {{ measure }},
        {%- endfor %}
        campaigns_then.has_cast_problem and ads_then.campaign_id is null as has_cast_problem
    from campaigns_then
    left join ads_then
        on
            campaigns_then.account_day = ads_then.account_day
            and campaigns_then.load_id = ads_then.load_id
            and campaigns_then.campaign_id = ads_then.campaign_id

),

totals as (

    select
        {{ account_day('stated.source', 'stated.scope', 'stated.window_day') }} as account_day,
        stated.stream,
        stated.name,
        stated.value,
        stated.load_id,
        batches.loaded_at
    from {{ ref('stg_warehouse__control_totals') }} as stated
    inner join batches on stated.load_id = batches.load_id
    where
        stated.window_day is not null
        and {{ account_day('stated.source', 'stated.scope', 'stated.window_day') }}
        in (select account_day from touched)

),

totals_then as (

    -- A total belongs to one version of its day and says nothing of a later one.
    select
        moments.account_day,
        moments.load_id,
        totals.name,
        totals.value
    from moments
    inner join totals
        on moments.account_day = totals.account_day and moments.knowledge_from >= totals.loaded_at
    left join answers
        on
            totals.account_day = answers.account_day
            and totals.stream = answers.stream
            and moments.knowledge_from >= answers.loaded_at
            and totals.loaded_at < answers.loaded_at
    where answers.load_id is null
    qualify row_number() over (
        partition by moments.account_day, moments.load_id, totals.name
        order by totals.loaded_at desc, totals.load_id desc
    ) = 1

),

accounts_then as (

    select
        account_day,
        load_id,
        max(case when name = 'spend' then value end) as spend_amount,
        max(case when name = 'impressions' then value end) as impressions,
        max(case when name = 'clicks' then value end) as clicks
    from totals_then
    group by account_day, load_id

),

explained as (

    select
        account_day,
        load_id,
        {{ account_measures | join(', ') }}
    from ads_then
    union all
    select
        account_day,
        load_id,
        {{ account_measures | join(', ') }}
    from campaign_remainders

),

explained_sums as (

    select
        account_day,
        {%- for measure in account_measures %}
            {{ strict_sum(measure) }} as {{ measure }},
        {%- endfor %}
        load_id
    from explained
    group by account_day, load_id

),

account_remainders as (

    -- The account's total has no conversions.
    select
        accounts_then.account_day,
        accounts_then.load_id,
        'account' as report_level,
        moments.account_id as entity_id,
        cast(null as varchar) as campaign_id,
        moments.currency_code,
        {%- for measure in account_measures %}
            coalesce(
                accounts_then.{{ measure }}
                - case when sums.account_day is null then 0 else sums.{{ measure }} end, 0
            ) as {{ measure }},
        {%- endfor %}
        0 as clicks_all,
        0 as platform_conversions,
        0 as platform_conversion_value_amount,
        false as has_cast_problem
    from accounts_then
    inner join moments
        on
            accounts_then.account_day = moments.account_day
            and accounts_then.load_id = moments.load_id
    left join explained_sums as sums
        on
            accounts_then.account_day = sums.account_day
            and accounts_then.load_id = sums.load_id

),

remainders as (

    select
        account_day,
        load_id,
        report_level,
        entity_id,
        campaign_id,
        cast(null as varchar) as ad_group_id,
        cast(null as varchar) as ad_id,
        currency_code,
        {{ fit_amount('spend_amount') }} as spend_amount,
        {{ fit_count('impressions') }} as impressions,
        {{ fit_count('clicks') }} as clicks,
        {{ fit_count('clicks_all') }} as clicks_all,
        {{ fit_amount('platform_conversions') }} as platform_conversions,
        {{ fit_amount('platform_conversion_value_amount') }} as platform_conversion_value_amount,
        has_cast_problem
    from (
        select
            account_day,
            load_id,
            report_level,
            entity_id,
            campaign_id,
            currency_code,
            {{ measures | join(', ') }},
            has_cast_problem
        from campaign_remainders
        union all
        select
            account_day,
            load_id,
            report_level,
            entity_id,
            campaign_id,
            currency_code,
            {{ measures | join(', ') }},
            has_cast_problem
        from account_remainders
    ) as both_levels
    -- Claimed conversions are fractions, rounded in each row.
    where
        has_cast_problem
        or spend_amount <> 0
        or impressions <> 0
        or clicks <> 0
        or abs(platform_conversions) >= 0.01
        or abs(platform_conversion_value_amount) >= 0.01

),

hashed as (

    select
        *,
        {{ row_hash(ad_day_ids() + measures + ['has_cast_problem']) }} as row_hash
    from remainders

),

entities as (

    select distinct
        account_day,
        report_level,
        entity_id,
        campaign_id
    from hashed

),

states as (

    select
        moments.platform,
        moments.account_id,
        moments.platform_date,
        entities.account_day,
        entities.report_level,
        entities.entity_id,
        entities.campaign_id,
        hashed.ad_group_id,
        hashed.ad_id,
        coalesce(hashed.currency_code, moments.currency_code) as currency_code,
        {{ qualified('hashed', measures) }},
        hashed.has_cast_problem,
        hashed.row_hash,
        hashed.row_hash is null as is_deleted,
        moments.load_id,
        moments.knowledge_from
    from entities
    inner join moments on entities.account_day = moments.account_day
    left join hashed
        on
            entities.account_day = hashed.account_day
            and entities.report_level = hashed.report_level
            and entities.entity_id = hashed.entity_id
            and moments.load_id = hashed.load_id

),

changes as (

    select *
    from states
    qualify
        row_hash is distinct from lag(row_hash) over (
            partition by account_day, report_level, entity_id order by knowledge_from, load_id
        )

),

versions as (

    select
        *,
        lead(load_id) over (
            partition by account_day, report_level, entity_id order by knowledge_from, load_id
        ) as closed_load_id,
        lead(knowledge_from) over (
            partition by account_day, report_level, entity_id order by knowledge_from, load_id
        ) as knowledge_to
    from changes

),

{{ keyed_ad_days('versions') }}

select
    {{ account_day('platform', 'account_id', 'platform_date') }} as account_day,
    keyed.*
from keyed
