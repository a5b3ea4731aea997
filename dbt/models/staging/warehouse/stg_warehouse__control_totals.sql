with

source as (

    select * from {{ source('warehouse', 'control_totals') }}

),

renamed as (

    select
        source.source,
        source.stream,
        {{ account_of_scope('source.scope') }} as scope,
        source.window_day,
        source.name,
        source.value,
        source.load_id
    from source

)

select * from renamed
