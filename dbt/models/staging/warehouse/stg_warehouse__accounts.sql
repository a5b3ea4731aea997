with

accounts as (

    select * from {{ source('operations', 'accounts') }}

),

reads as (

    select * from {{ ref('stg_warehouse__reads') }}

),

listed as (

    select
        accounts.source,
        {{ account_of_scope('accounts.scope') }} as scope,
        accounts.status = 'active' as is_active
    from accounts

),

read_only as (

    -- Accounts whose source has listed none yet, but whose figures have landed.
    select distinct
        reads.source,
        reads.scope,
        true as is_active
    from reads
    where
        {{ figure_of_stream('reads.stream') }} is not null
        and reads.source not in (select listed.source from listed)

),

accounts_known as (

    select * from listed
    union all
    select * from read_only

)

select * from accounts_known
