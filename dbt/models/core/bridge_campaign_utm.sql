with

campaigns as (

    select
        platform,
        account_id,
        campaign_id,
        campaign_name,
        load_id
    from {{ ref('int_campaigns_versioned') }}
    where not is_deleted

),

ads as (

    select
        platform,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        load_id
    from {{ ref('int_ads_versioned') }}
    where not is_deleted

),

stated as (

    select
        'utm_id' as utm_parameter,
        campaign_id as utm_value,
        platform,
        account_id,
        campaign_id,
        null as ad_group_id,
        null as ad_id,
        load_id
    from campaigns
    union all
    -- Every name that a campaign has had.
    select
        'utm_campaign' as utm_parameter,
        campaign_name as utm_value,
        platform,
        account_id,
        campaign_id,
        null as ad_group_id,
        null as ad_id,
        load_id
    from campaigns
    where campaign_name is not null
    union all
    select
        'utm_content' as utm_parameter,
        ad_id as utm_value,
        platform,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        load_id
    from ads

),

first_stated as (

    select
        utm_parameter,
        utm_value,
        platform,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        min(load_id) as load_id
    from stated
    group by utm_parameter, utm_value, platform, account_id, campaign_id, ad_group_id, ad_id

),

unambiguous as (

    -- A value that matches several campaigns resolves to none. Ids are unique everywhere. Two
    -- platforms may have campaigns of one name; the touchpoint's channel decides between them.
    select
        utm_parameter,
        utm_value,
        count(*) > 1 as is_ambiguous,
        case when utm_parameter = 'utm_campaign' or count(*) = 1 then min(platform) end as platform,
        case when count(*) = 1 then min(account_id) end as account_id,
        case when count(*) = 1 then min(campaign_id) end as campaign_id,
        case when count(*) = 1 then min(ad_group_id) end as ad_group_id,
        case when count(*) = 1 then min(ad_id) end as ad_id,
        max(load_id) as load_id
    from first_stated
    group by utm_parameter, utm_value, case when utm_parameter = 'utm_campaign' then platform end

)

select * from unambiguous
