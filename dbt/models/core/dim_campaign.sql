with

versions as (

    select * from {{ ref('int_campaigns_versioned') }}

),

reported as (

    select * from {{ ref('int_ad_entities_reported') }}

),

{{ dimension_members(
    entity='campaign',
    versions='versions',
    reported='reported',
    ids=['account_id', 'campaign_id'],
    parents=[],
    attributes=['campaign_name', 'status', 'channel_type', 'objective', 'daily_budget_amount']
) }}

select * from members
