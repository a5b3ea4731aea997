{#
    A rate from two others, with the ten places that rates have. Through double, since decimal
    division keeps few places on some engines; a rate is not money.
#}
{% macro divided_rate(numerator, denominator) -%}
    cast(
            cast({{ numerator }} as double) / cast({{ denominator }} as double) as decimal(20, 10)
        )
{%- endmacro %}


{#
    An amount in the reporting currency: itself when it already is in it, NULL when there is no
    rate. `rates` is the alias of a left-joined dim_fx_rate.
#}
{% macro reporting_amount(amount, currency, rates) -%}
    case
            when {{ currency }} = '{{ var("reporting_currency") }}' then {{ amount }}
            else cast({{ amount }} * {{ rates }}.rate as decimal(20, 6))
        end
{%- endmacro %}


{# A ratio as a double; NULL where there is nothing to divide by. #}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}
