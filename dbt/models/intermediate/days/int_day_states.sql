{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['figure', 'source', 'report_date']
) }}

with

newest as (

    select
        max(load_id) as load_id,
        max(extracted_at) as read_at
    from {{ ref('stg_warehouse__batches') }}

),

calendar as (

    -- A day of the reporting zone may begin before that of UTC.
    select dates.date_day as report_date
    from {{ ref('dim_date') }} as dates
    cross join newest
    where
        dates.date_day >= cast('{{ var("start_date") }}' as date)
        and dates.date_day <= {{ add_days('cast(newest.read_at as date)', 1) }}

),

account_streams as (

    select
        *,
        {{ report_date('coalesce(complete_until, last_read_at)') }} as read_until
    from {{ ref('stg_warehouse__account_streams') }}

),

window_days as (

    select
        source,
        stream,
        scope,
        window_day,
        max(window_until) as window_until
    from {{ ref('stg_warehouse__windows') }}
    where window_day is not null and {{ figure_of_stream('stream') }} = 'spend'
    group by source, stream, scope, window_day

),

last_windows as (

    select
        source,
        stream,
        scope,
        max(window_day) as window_day,
        max(window_until) as window_until
    from window_days
    group by source, stream, scope

),

due_until as (

    -- The account's present day, from the end of its last read day. No later day is expected of an
    -- account that can no longer be read.
    select
        account_streams.*,
        case
            when account_streams.figure = 'revenue' then {{ report_date('newest.read_at') }}
            when not account_streams.is_active then last_windows.window_day
            when last_windows.window_day is null then cast(newest.read_at as date)
            when {{ seconds_between('last_windows.window_until', 'newest.read_at') }} < 7200
                then last_windows.window_day
            else
                {{ add_days(
                    'last_windows.window_day',
                    '1 + floor((' ~ seconds_between('last_windows.window_until', 'newest.read_at')
                    ~ ' - 7200) / 86400)'
                ) }}
        end as due_until
    from account_streams
    cross join newest
    left join last_windows
        on
            account_streams.source = last_windows.source
            and account_streams.stream = last_windows.stream
            and account_streams.scope = last_windows.scope

),

account_days as (

    select
        due.figure,
        due.source,
        calendar.report_date,
        case
            when not due.is_active and due.figure = 'revenue' then false
            when due.last_read_at is null then true
            when due.figure = 'revenue' then calendar.report_date > due.read_until
            else due.is_active and window_days.window_day is null
        end as is_missing,
        case
            when due.last_read_at is null then false
            when due.figure = 'revenue'
                then calendar.report_date < {{ add_days('due.read_until', '-due.lookback_days') }}
            else
                {{ seconds_between('window_days.window_until', 'due.last_read_at') }}
                >= due.lookback_days * 86400
        end as is_final
    from due_until as due
    inner join calendar on calendar.report_date <= due.due_until
    left join window_days
        on
            due.source = window_days.source
            and due.stream = window_days.stream
            and due.scope = window_days.scope
            and calendar.report_date = window_days.window_day

),

judged as (

    select
        figure,
        source,
        report_date,
        count_if(is_missing) as missing_count,
        count_if(not coalesce(is_final, true)) as open_count
    from account_days
    group by figure, source, report_date

),

sources as (

    select
        figure,
        source,
        count(last_read_at) as read_count,
        count_if(is_active) as active_count
    from account_streams
    group by figure, source

),

stated as (

    -- Nothing is missing of a day that has not begun in the account's zone.
    select
        sources.figure,
        sources.source,
        calendar.report_date,
        case
            when sources.read_count = 0 then 'never_read'
            when judged.missing_count > 0 then 'not_read'
            when judged.report_date is null and sources.active_count = 0 then 'not_read'
            when judged.report_date is null or judged.open_count > 0 then 'provisional'
            else 'final'
        end as state
    from sources
    cross join calendar
    left join judged
        on
            sources.figure = judged.figure
            and sources.source = judged.source
            and calendar.report_date = judged.report_date

),

changed as (

    select
        stated.figure,
        stated.source,
        stated.report_date,
        stated.state,
        newest.load_id
    from stated
    cross join newest
    {%- if is_incremental() %}
    left join {{ this }} as known
        on
            stated.figure = known.figure
            and stated.source = known.source
            and stated.report_date = known.report_date
    where known.state is distinct from stated.state
    {%- endif %}

)

select * from changed
