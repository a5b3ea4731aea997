with

versions as (

    select * from {{ ref('int_accounts_versioned') }}

),

reported as (

    select * from {{ ref('int_ad_entities_reported') }}

),

{{ dimension_members(
    entity='account',
    versions='versions',
    reported='reported',
    ids=['account_id'],
    parents=[],
    attributes=['account_name', 'currency_code', 'timezone', 'status']
) }}

select * from members
