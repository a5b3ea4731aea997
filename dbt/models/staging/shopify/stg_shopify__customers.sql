{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='customer_dk'
) }}

with

source as (

    select
        *,
        md5(cast(payload as varchar)) as payload_hash
    from {{ source('shopify', 'customers') }}
    where load_id > {{ transformed_load_id() }}

),

typed as (

    {{ select_json_fields('source', [
        ('customer_gid', 'id', 'text'),
        ('created_at', 'createdAt', 'timestamp'),
        ('source_updated_at', 'updatedAt', 'timestamp'),
        ('state', 'state', 'text'),
        ('email_token', 'defaultEmailAddress.emailAddress', 'text'),
        ('marketing_state', 'defaultEmailAddress.marketingState', 'text'),
        ('country_code', 'defaultAddress.countryCodeV2', 'text')
    ], keep=lineage_columns() + ['operation', 'cursor_value', 'payload_hash']) | indent(4) }}

),

renamed as (

    select
        {{ surrogate_key('customer', [
            'scope', "'id'", legacy_id('coalesce(customer_gid, record_key)')
        ]) }} as customer_dk,
        scope as shop,
        {{ legacy_id('coalesce(customer_gid, record_key)') }} as customer_id,
        email_token,
        state,
        marketing_state,
        country_code,
        created_at,
        operation = 'delete' as is_deleted,
        has_cast_problem,
        coalesce(
            source_updated_at,
            {{ utc_timestamp('cursor_value') }},
            timestamp '1970-01-01 00:00:00'
        ) as updated_at,
        extracted_at,
        payload_hash,
        page_index,
        record_index,
        load_id,
        loaded_at
    from typed

),

newest as (

    select * from renamed
    qualify {{ newest_first(['customer_dk']) }} = 1

),

news as (

    {{ newer_than_known('newest', 'customer_dk') }}

)

select * from news
