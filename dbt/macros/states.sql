{# States of a day whose figure has not been read and is therefore unknown. #}
{% macro unread_states() -%}
    ('never_read', 'not_read', 'not_configured')
{%- endmacro %}


{# Reason in words for a state with an unknown figure; NULL for the others. #}
{% macro reason_of_state(states) -%}
    case {{ states }}.state
            when 'never_read' then {{ states }}.source || ' has never been read'
            when 'not_read' then {{ states }}.source || ' has not been read for this day'
        end
{%- endmacro %}


{#
    A figure of a left-joined relation whose `key` is NULL if it has no row. The figure is then 0,
    or NULL if its source has not been read.
#}
{% macro figure_or_zero(key, status, figure) -%}
    case
            when {{ status }} in ('never_read', 'not_read') then null
            when {{ key }} is not null then {{ figure }}
            when {{ status }} <> 'not_configured' then 0
        end
{%- endmacro %}


{#
    One row per day of `days`: the worst state among the sources of revenue. If a day has orders
    although its source was not read up to that day, `shown_status` is `provisional`, since these
    orders are known; the day's other revenue figures are then 0.
#}
{% macro revenue_states(days, states) -%}
    select
        touched.report_date,
        coalesce(worst.state, 'not_configured') as revenue_status,
        case
            when worst.state is null then 'no shop is configured'
            else {{ trueup.reason_of_state('worst') }}
        end as revenue_reason,
        case
            when known.report_date is not null then 'provisional'
            else coalesce(worst.state, 'not_configured')
        end as shown_status
    from {{ days }} as touched
    left join (
        select distinct report_date from {{ ref('fact_order_ledger') }}
        where report_date in (select report_date from {{ days }})
    ) as known on touched.report_date = known.report_date
    left join (
        select * from {{ states }}
        where figure = 'revenue'
        qualify row_number() over (
            partition by report_date
            order by
                case state
                    when 'never_read' then 1 when 'not_read' then 2 when 'provisional' then 3 else 4
                end,
                source
        ) = 1
    ) as worst on touched.report_date = worst.report_date
{%- endmacro %}
