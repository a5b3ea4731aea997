{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_days_of_finished_runs() }}"
) }}

-- Filled by int_order_ledger_signed, just before it takes an order's lines off a day.
select
    cast(null as date) as report_date,
    cast(null as bigint) as transformed_load_id
where false
