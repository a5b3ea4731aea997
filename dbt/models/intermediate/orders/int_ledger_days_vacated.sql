{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_days_of_finished_runs() }}"
) }}

-- Filled by int_order_ledger_signed, just before it removes an order's entries from a day.
select
    cast(null as date) as report_date,
    cast(null as bigint) as transformed_load_id
where false
