with

versions as (

    select * from {{ ref('int_ad_groups_versioned') }}

),

reported as (

    select * from {{ ref('int_ad_entities_reported') }}

),

{{ dimension_members(
    entity='ad_group',
    versions='versions',
    reported='reported',
    ids=['account_id', 'ad_group_id'],
    parents=['campaign_id'],
    attributes=['ad_group_name', 'status']
) }}

select * from members
