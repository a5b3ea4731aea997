with

models as (

    select
        'last_touch_7d_click' as attribution_model_code,
        'Last touch, 7 days click' as attribution_model_name,
        '{"cycle":"lookback","direct":"exclude_unless_only","model":"last",'
        || '"click_window_seconds":{{ var("attribution_click_window_seconds") }},'
        || '"ties":["touched_at","tie_rank","touchpoint_key"]}' as policy,
        {{ var('attribution_click_window_seconds') }} as click_window_seconds,
        'live' as status

),

keyed as (

    select
        {{ surrogate_key('attribution_model', ['policy']) }} as attribution_model_dk,
        attribution_model_code,
        attribution_model_name,
        policy,
        click_window_seconds,
        status
    from models

)

select * from keyed
