with

source as (

    select * from {{ source('warehouse', 'windows') }}

),

batches as (

    select
        load_id,
        extracted_at,
        loaded_at
    from {{ source('warehouse', 'batches') }}

),

renamed as (

    select
        source.source,
        source.stream,
        {{ account_of_scope('source.scope') }} as scope,
        source.window_since,
        source.window_until,
        source.window_day,
        source.row_count,
        source.content_hash,
        source.batch_id,
        source.load_id,
        batches.extracted_at,
        batches.loaded_at
    from source
    inner join batches on source.load_id = batches.load_id

)

select * from renamed
