{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', ref('int_orders_to_reattribute')) }}",
    meta={'publish_partition': 'report_date'}
) }}

-- Withheld together with orders, so that touchpoints belong to the shown orders.
-- depends_on: {{ ref('fact_orders') }}

with

touches as (

    select * from {{ ref('int_touchpoints_with_channel') }}

),

channels as (

    select * from {{ ref('dim_channel') }}

),

clicks as (

    select * from {{ ref('stg_google_ads__click_views') }}
    where click_id in (select gclid from touches)
    qualify row_number() over (partition by click_id order by load_id, click_date) = 1

),

names as (

    select * from {{ ref('bridge_campaign_utm') }}

),

resolved as (

    -- The click id is the best evidence, then ids in the tags, then the campaign's name.
    select
        touches.*,
        coalesce(bought.channel_code, ruled.channel_code) as channel_code,
        case
            when clicks.campaign_id is not null then 'click_id'
            when by_id.campaign_id is not null then 'utm_id'
            when by_name.campaign_id is not null then 'utm_campaign'
        end as resolved_by,
        case
            when clicks.campaign_id is not null then 'google_ads'
            else coalesce(by_id.platform, by_name.platform)
        end as platform,
        case
            when clicks.campaign_id is not null then clicks.account_id
            else coalesce(by_id.account_id, by_name.account_id)
        end as account_id,
        coalesce(clicks.campaign_id, by_id.campaign_id, by_name.campaign_id) as campaign_id,
        case
            when clicks.campaign_id is not null then clicks.ad_group_id
            when by_ad.campaign_id = coalesce(by_id.campaign_id, by_name.campaign_id)
                then by_ad.ad_group_id
        end as ad_group_id,
        case
            when clicks.campaign_id is not null then clicks.ad_id
            when by_ad.campaign_id = coalesce(by_id.campaign_id, by_name.campaign_id)
                then by_ad.ad_id
        end as ad_id,
        greatest(
            touches.load_id,
            coalesce(clicks.load_id, 0),
            coalesce(by_id.load_id, 0),
            coalesce(by_name.load_id, 0),
            coalesce(by_ad.load_id, 0)
        ) as newest_load_id
    from touches
    inner join channels as ruled on touches.ruled_channel_code = ruled.channel_code
    left join clicks on touches.gclid = clicks.click_id
    left join names as by_id
        on by_id.utm_parameter = 'utm_id' and touches.utm_id = by_id.utm_value
    -- An e-mail, or an ad of another platform, may have the name of a campaign.
    left join names as by_name
        on
            by_name.utm_parameter = 'utm_campaign'
            and touches.utm_campaign = by_name.utm_value
            and ruled.spend_platform = by_name.platform
    -- An id identifies the platform better than any rule.
    left join channels as bought
        on
            bought.spend_platform
            = case when clicks.campaign_id is not null then 'google_ads' else by_id.platform end
    left join names as by_ad
        on by_ad.utm_parameter = 'utm_content' and touches.utm_content = by_ad.utm_value

),

channelled as (

    select
        resolved.*,
        channels.channel_dk,
        channels.is_paid,
        channels.is_direct,
        channels.tie_rank,
        case
            when channels.channel_code = resolved.ruled_channel_code then resolved.rule_priority
        end as channel_rule_priority
    from resolved
    inner join channels on resolved.channel_code = channels.channel_code

),

keyed as (

    select
        {{ surrogate_key('order_touch', ['order_dk', 'touchpoint_key']) }} as order_touch_key,
        order_dk,
        touchpoint_key,
        report_date,
        occurred_at as touched_at,
        {{ seconds_between('occurred_at', 'placed_at') }} as seconds_before_order,
        channel_dk,
        channel_code,
        is_paid,
        is_direct,
        tie_rank,
        channel_rule_priority,
        resolved_by,
        {{ resolved_key('account', ['account_id']) }} as account_dk,
        {{ resolved_key('campaign', ['account_id', 'campaign_id']) }} as campaign_dk,
        {{ resolved_key('ad_group', ['account_id', 'ad_group_id']) }} as ad_group_dk,
        {{ resolved_key('ad', ['account_id', 'ad_group_id', 'ad_id']) }} as ad_dk,
        click_id_type,
        click_id,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        utm_id,
        referrer_host,
        newest_load_id as load_id
    from channelled

)

select * from keyed
