with

versions as (

    select * from {{ ref('int_ads_versioned') }}

),

reported as (

    select * from {{ ref('int_ad_entities_reported') }}

),

{{ dimension_members(
    entity='ad',
    versions='versions',
    reported='reported',
    ids=['account_id', 'ad_group_id', 'ad_id'],
    parents=['campaign_id'],
    attributes=['ad_name', 'ad_type', 'status']
) }}

select * from members
