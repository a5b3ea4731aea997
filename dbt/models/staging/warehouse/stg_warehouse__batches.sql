with

source as (

    select * from {{ source('warehouse', 'batches') }}

),

renamed as (

    select
        source.load_id,
        source.batch_id,
        source.source,
        source.stream,
        source.kind,
        {{ account_of_scope('source.scope') }} as scope,
        source.account_name,
        source.currency as currency_code,
        source.timezone,
        source.run_id,
        source.extracted_at,
        source.loaded_at
    from source

)

select * from renamed
