{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ undo_appended() }}'
) }}

-- The meaning of a click never changes, so its first record counts.
with

source as (

    select * from {{ source('google_ads', 'click_views') }}
    where load_id > {{ transformed_load_id() }}

),

typed as (

    {{ select_json_fields('source', [
        ('click_id', 'clickView.gclid', 'text'),
        ('campaign_id', 'campaign.id', 'text'),
        ('ad_group_id', 'adGroup.id', 'text'),
        ('ad_name_path', 'clickView.adGroupAd', 'text'),
        ('click_date', 'segments.date', 'date')
    ], keep=lineage_columns()) | indent(4) }}

),

renamed as (

    select
        click_id,
        {{ account_of_scope('scope') }} as account_id,
        campaign_id,
        ad_group_id,
        -- customers/<account>/adGroupAds/<ad group>~<ad>
        nullif(split_part(ad_name_path, '~', 2), '') as ad_id,
        -- An unreadable day must not make the click new each time.
        coalesce(click_date, date '1970-01-01') as click_date,
        has_cast_problem,
        load_id,
        loaded_at,
        batch_id
    from typed
    where click_id is not null
    qualify row_number() over (
        partition by click_id, typed.click_date
        order by load_id, scope, page_index, record_index
    ) = 1

),

fresh as (

    select renamed.* from renamed
    {%- if is_incremental() %}
    left join (
        -- By day first, so that only the loaded days are scanned.
        select
            click_id,
            click_date
        from {{ this }}
        where click_date in (select click_date from renamed)
    ) as known
        on
            renamed.click_id = known.click_id
            and renamed.click_date = known.click_date
    where known.click_id is null
    {%- endif %}

)

select * from fresh
