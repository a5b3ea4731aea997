with

source as (

    select * from {{ source('google_ads', 'campaigns') }}

),

typed as (

    {{ select_json_fields('source', [
        ('account_id', 'customer.id', 'text'),
        ('campaign_id', 'campaign.id', 'text'),
        ('campaign_name', 'campaign.name', 'text'),
        ('status', 'campaign.status', 'text'),
        ('channel_type', 'campaign.advertisingChannelType', 'text'),
        ('budget_micros', 'campaignBudget.amountMicros', 'integer')
    ], keep=lineage_columns()) | indent(4) }}

)

select
    *,
    {{ fit_amount('budget_micros * 0.000001') }} as daily_budget_amount
from typed
