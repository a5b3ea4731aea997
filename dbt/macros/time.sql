{# ISO text with an offset as a UTC timestamp without zone; a plain cast would drop the offset. #}
{% macro utc_timestamp(text) -%}
    {{ return(adapter.dispatch('utc_timestamp', 'trueup')(text)) }}
{%- endmacro %}

{% macro duckdb__utc_timestamp(text) -%}
    case
            when
                try_cast({{ text }} as timestamptz)
                between timestamptz '0001-01-02 00:00:00+00' and timestamptz '9999-12-30 00:00:00+00'
                then timezone('UTC', try_cast({{ text }} as timestamptz))
        end
{%- endmacro %}

{% macro snowflake__utc_timestamp(text) -%}
    convert_timezone('UTC', try_to_timestamp_tz({{ text }}))::timestamp_ntz
{%- endmacro %}


{# The day on which a UTC timestamp falls in an IANA zone. #}
{% macro local_date(utc, zone) -%}
    {{ return(adapter.dispatch('local_date', 'trueup')(utc, zone)) }}
{%- endmacro %}

{% macro duckdb__local_date(utc, zone) -%}
    cast(timezone('{{ zone }}', timezone('UTC', {{ utc }})) as date)
{%- endmacro %}

{% macro snowflake__local_date(utc, zone) -%}
    to_date(convert_timezone('UTC', '{{ zone }}', {{ utc }}))
{%- endmacro %}


{# The day of an order or of its later events, in the reporting time zone. #}
{% macro report_date(utc) -%}
    {{ trueup.local_date(utc, var('reporting_timezone')) }}
{%- endmacro %}


{#
    Seconds from one UTC timestamp to a later one, with their fraction; negative if it is earlier.
    Counted in seconds, engines would count how often a second begins in between.
#}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between', 'trueup')(earlier, later)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    cast(date_diff('microsecond', {{ earlier }}, {{ later }}) * 0.000001 as decimal(20, 6))
{%- endmacro %}

{% macro snowflake__seconds_between(earlier, later) -%}
    cast(datediff(microsecond, {{ earlier }}, {{ later }}) * 0.000001 as decimal(20, 6))
{%- endmacro %}


{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days', 'trueup')(day, days)) }}
{%- endmacro %}

{% macro duckdb__add_days(day, days) -%}
    ({{ day }} + cast({{ days }} as integer))
{%- endmacro %}

{% macro snowflake__add_days(day, days) -%}
    dateadd(day, {{ days }}, {{ day }})
{%- endmacro %}


{# A select of every `date_day` from `first` to `last`, both dates of the form YYYY-MM-DD. #}
{% macro day_series(first, last) -%}
    {{ return(adapter.dispatch('day_series', 'trueup')(first, last)) }}
{%- endmacro %}

{% macro duckdb__day_series(first, last) -%}
    select cast(days.range as date) as date_day
    from range(timestamp '{{ first }}', timestamp '{{ last }}' + interval 1 day, interval 1 day) as days
{%- endmacro %}

{% macro snowflake__day_series(first, last) -%}
    {%- set day = modules.datetime.date.fromisoformat -%}
    select dateadd(day, row_number() over (order by seq4()) - 1, '{{ first }}'::date) as date_day
    from table(generator(rowcount => {{ (day(last) - day(first)).days + 1 }}))
{%- endmacro %}


{# Parts of a date that engines name differently. #}
{% macro iso_week_parts(day) -%}
    {{ return(adapter.dispatch('iso_week_parts', 'trueup')(day)) }}
{%- endmacro %}

{% macro duckdb__iso_week_parts(day) -%}
    cast(isoyear({{ day }}) as integer) as iso_year,
    cast(weekofyear({{ day }}) as integer) as iso_week,
    cast(isodow({{ day }}) as integer) as iso_weekday
{%- endmacro %}

{% macro snowflake__iso_week_parts(day) -%}
    yearofweekiso({{ day }}) as iso_year,
    weekiso({{ day }}) as iso_week,
    dayofweekiso({{ day }}) as iso_weekday
{%- endmacro %}


{# yyyymmdd as an integer. #}
{% macro date_key(day) -%}
    cast(
        extract(year from {{ day }}) * 10000
        + extract(month from {{ day }}) * 100
        + extract(day from {{ day }}) as integer
    )
{%- endmacro %}
