{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ undo_appended() }}'
) }}

-- What a click id stands for never changes, so the first time it is seen counts.
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
        click_date,
        has_cast_problem,
        load_id,
        loaded_at,
        batch_id
    from typed
    where click_id is not null
    qualify row_number() over (
        partition by click_id order by load_id, scope, page_index, record_index
    ) = 1

),

{% if is_incremental() -%}
known as (

    -- By day first, so that only the days at hand are looked through.
    select click_id from {{ this }}
    where click_date in (select click_date from renamed)

),

fresh as (

    select * from renamed
    where click_id not in (select click_id from known)

)
{%- else -%}
    fresh as (

        select * from renamed

    )
{%- endif %}

select * from fresh
