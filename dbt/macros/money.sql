{#
    A calculated number as the type that its column has; NULL where it does not fit, so that no
    model fails on what a record holds. An amount is still to be multiplied; a total is not.
#}
{% macro fit_amount(number) -%}
    cast({{ adapter.dispatch('fit', 'trueup')(number, 'decimal(19, 6)', '10000000000000') }} as decimal(20, 6))
{%- endmacro %}

{% macro fit_total(number) -%}
    {{ return(adapter.dispatch('fit', 'trueup')(number, 'decimal(20, 6)', '100000000000000')) }}
{%- endmacro %}

{% macro fit_rate(number) -%}
    cast({{ adapter.dispatch('fit', 'trueup')(number, 'decimal(19, 10)', '1000000000') }} as decimal(20, 10))
{%- endmacro %}

{% macro fit_count(number) -%}
    {{ return(adapter.dispatch('fit', 'trueup')(number, 'bigint', '9000000000000000000')) }}
{%- endmacro %}

{% macro duckdb__fit(number, type, bound) -%}
    try_cast({{ number }} as {{ type }})
{%- endmacro %}

{% macro snowflake__fit(number, type, bound) -%}
    case when abs({{ number }}) < {{ bound }} then cast({{ number }} as {{ type }}) end
{%- endmacro %}


{#
    A rate from two others, with the ten places that rates have. Through double, since decimal
    division keeps few places on some engines; a rate is not money.
#}
{% macro divided_rate(numerator, denominator) -%}
    {{ trueup.fit_rate('cast(' ~ numerator ~ ' as double) / cast(' ~ denominator ~ ' as double)') }}
{%- endmacro %}


{#
    An amount in the reporting currency: itself when it already is in it or is 0, which no rate
    changes; NULL when there is no rate. `rates` is the alias of a left-joined dim_fx_rate.
#}
{% macro reporting_amount(amount, currency, rates) -%}
    case
            when {{ currency }} = '{{ var("reporting_currency") }}' or {{ amount }} = 0 then {{ amount }}
            else {{ trueup.fit_total(amount ~ ' * ' ~ rates ~ '.rate') }}
        end
{%- endmacro %}


{# A ratio as a double; NULL where there is nothing to divide by. #}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}


{#
    A sum that is NULL as soon as one of its parts is, since a total without one of its parts would
    be a guess; 0 over no rows.
#}
{% macro strict_sum(amount) -%}
    case when count(*) = count({{ amount }}) then coalesce(sum({{ amount }}), 0) end
{%- endmacro %}


{# The same over the rows for which a condition holds. #}
{% macro strict_sum_if(condition, amount) -%}
    case
            when count_if({{ condition }}) = count_if({{ condition }} and {{ amount }} is not null)
                then coalesce(sum(case when {{ condition }} then {{ amount }} end), 0)
        end
{%- endmacro %}


{#
    The part of an amount that a credit between two running totals of credits gets. Parts of one
    amount add up to it exactly when the running totals lead from 0 to 10^12.
#}
{% macro credited_amount(amount, credit_before_e12, credit_after_e12) -%}
    {{ return(adapter.dispatch('credited_amount', 'trueup')(amount, credit_before_e12, credit_after_e12)) }}
{%- endmacro %}

{% macro duckdb__credited_amount(amount, credit_before_e12, credit_after_e12) -%}
    cast(
            (
                (cast({{ amount }} * 1000000 as hugeint) * {{ credit_after_e12 }}) // 1000000000000
                - (cast({{ amount }} * 1000000 as hugeint) * {{ credit_before_e12 }}) // 1000000000000
            ) * 0.000001 as decimal(20, 6)
        )
{%- endmacro %}

{% macro snowflake__credited_amount(amount, credit_before_e12, credit_after_e12) -%}
    cast(
            (
                trunc(cast({{ amount }} * 1000000 as number(38, 0)) * {{ credit_after_e12 }} / 1000000000000)
                - trunc(cast({{ amount }} * 1000000 as number(38, 0)) * {{ credit_before_e12 }} / 1000000000000)
            ) * 0.000001 as decimal(20, 6)
        )
{%- endmacro %}


{# The figures of finance from ledger entries; refunded amounts are positive. #}
{% macro component_amounts(amount, suffix='') -%}
    {%- set figures = [
        ('gmv_amount', "component = 'sale'", 1),
        ('discount_amount', "component = 'discount'", -1),
        ('refund_amount', "component in ('refund_items', 'refund_adjustment', 'cancellation')", -1),
        ('net_revenue_amount', 'is_net_revenue', 1),
        ('tax_amount', "component = 'tax'", 1),
        ('shipping_amount', "component = 'shipping'", 1),
        ('refunded_tax_amount', "component in ('refund_tax', 'cancelled_tax')", -1),
        ('refunded_shipping_amount', "component in ('refund_shipping', 'cancelled_shipping')", -1),
        ('gift_card_sales_amount', "component = 'gift_card_sale'", 1)
    ] -%}
    {%- for name, condition, sign in figures -%}
    {{ trueup.fit_total('(' ~ trueup.strict_sum_if(condition, amount) ~ ') * ' ~ sign) }} as {{ name }}{{ suffix }}{{ ',\n' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# CTR, CPC, CAC and ROAS of a mart's row; each is NULL where its denominator is 0 or NULL. #}
{% macro ratio_columns() -%}
    {{ trueup.ratio('clicks', 'impressions') }} as ctr,
    {{ trueup.ratio('spend_amount_reporting', 'clicks') }} as cpc,
    {{ trueup.ratio('nullif(spend_amount_reporting, 0)', 'new_customers') }} as cac,
    {{ trueup.ratio('net_revenue_amount_reporting', 'spend_amount_reporting') }} as roas
{%- endmacro %}


{# Credits of 10^-12 as a number of orders or customers. #}
{% macro credited_count(credit_e12) -%}
    {{ trueup.fit_total('coalesce(sum(' ~ credit_e12 ~ '), 0) * 0.000000000001') }}
{%- endmacro %}
