"""Gates of refunds: every refund is explained, and lowers net revenue once."""

from trueup.quality.gates import Gate, Severity

REFUND_GATES = (
    Gate(
        name="refunds_explained",
        title="Every refund paid out no more than the items that it names",
        protects=frozenset(),
        # Less is common: the shop books an edit or a return before it pays. Trueup does not read
        # the rounding of cash refunds.
        severity=Severity.WARN,
        sql="""
            select *, total_refunded_amount - sum_of_parts as unexplained_amount
            from (
                select orders.order_name, refunds.refund_id, refunds.currency_code,
                    refunds.total_refunded_amount,
                    refunds.items_amount + refunds.gift_card_amount + refunds.tax_amount
                        + refunds.shipping_amount + refunds.tip_amount + refunds.duty_amount
                        - refunds.adjustment_amount - refunds.adjustment_tax_amount as sum_of_parts
                from core.fact_refunds as refunds
                inner join core.fact_orders as orders on refunds.order_dk = orders.order_dk
                where refunds.load_id > {since} and not refunds.is_test
                    and orders.cash_rounding_amount = 0
            )
            where total_refunded_amount > sum_of_parts
            order by unexplained_amount desc
        """,
        explain="{order_name}: {unexplained_amount} {currency_code} of refund {refund_id} is not "
        "explained by any item",
        why="A refund paid out money that Trueup could not assign. Net revenue may be too high.",
        hint="Check the refund in the shop. If it was for goods, report it.",
        owner="finance",
    ),
    Gate(
        name="refunds_not_double_counted",
        title="The ledger of every refunded order equals what the shop kept of its payments",
        protects=frozenset(),
        # The shop also keeps more than the ledger while it owes money that no adjustment names.
        severity=Severity.WARN,
        sql="""
            with refunded as (
                select order_dk, max(abs(adjustment_amount)) > 0 as is_adjusted
                from core.fact_refunds
                where order_dk in (select order_dk from core.fact_refunds where load_id > {since})
                group by order_dk
            ),
            ledger as (
                select refunded.order_dk, refunded.is_adjusted, sum(ledger.amount) as ledger_amount
                from refunded
                inner join core.fact_order_ledger as ledger on refunded.order_dk = ledger.order_dk
                group by refunded.order_dk, refunded.is_adjusted
            ),
            payments as (
                select ledger.*, orders.order_name, orders.currency_code, orders.financial_status,
                    unnest(try_cast(records.payload -> '$.transactions' as json[])) as payment
                from ledger
                inner join staging.stg_shopify__orders as orders
                    on ledger.order_dk = orders.order_dk
                inner join raw.shopify__orders as records
                    on orders.record_load_id = records.load_id
                    and orders.record_key = records.record_key
                    and orders.page_index = records.page_index
                    and orders.record_index = records.record_index
                -- The shop converts a refund in another currency at the rate of its own day.
                -- Trueup does not read the rounding of cash refunds.
                where orders.currency_code = orders.presentment_currency_code
                    and orders.cash_rounding_amount = 0
            ),
            kept as (
                select order_dk, order_name, currency_code, financial_status, is_adjusted,
                    ledger_amount,
                    sum(
                        case when payment ->> '$.kind' in ('SALE', 'CAPTURE') then 1 else -1 end
                        * try_cast(payment ->> '$.amountSet.shopMoney.amount' as decimal(20, 6))
                    ) as kept_amount
                from payments
                where payment ->> '$.status' = 'SUCCESS'
                    and payment ->> '$.kind' in ('SALE', 'CAPTURE', 'REFUND', 'CHANGE')
                group by all
            )
            select kept.*
            from kept
            inner join core.fact_orders as orders on kept.order_dk = orders.order_dk
            -- The shop rounds discount and tax of a line with fewer units to cents.
            where (
                    kept.is_adjusted
                    and kept.kept_amount - kept.ledger_amount
                        > 0.02 * (orders.line_count + orders.refund_count)
                )
                -- Of an order that is not fully paid, the shop keeps less than the ledger.
                or (
                    kept.financial_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')
                    and kept.ledger_amount - kept.kept_amount
                        > 0.02 * (orders.line_count + orders.refund_count)
                )
            order by abs(kept.kept_amount - kept.ledger_amount) desc
        """,
        explain="{order_name}: {ledger_amount} {currency_code} in the ledger, {kept_amount} kept",
        why="Net revenue of the order is wrong by the difference: a refund paid out more or less "
        "than the goods that it names.",
        hint="Check the order in the shop. Money still owed to the customer is no error. If the "
        "order is settled, report it.",
        owner="finance",
    ),
)
