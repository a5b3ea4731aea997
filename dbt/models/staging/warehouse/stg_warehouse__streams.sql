with

source as (

    select * from {{ source('operations', 'streams') }}

),

renamed as (

    select
        source.source,
        source.stream,
        source.kind,
        source.lookback_days,
        {{ figure_of_stream('source.stream') }} as figure
    from source

)

select * from renamed
