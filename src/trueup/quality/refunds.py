"""Gates of refunds: money given back is explained, and lowers what an order is worth once."""

from trueup.quality.gates import Gate, Severity

REFUND_GATES = (
    Gate(
        name="refunds_explained",
        title="Money given back is for goods, tax, shipping or whatever else a refund names",
        protects=frozenset(),
        # Less than its parts is common: an edit or a return is booked before it is paid out. Of
        # orders in cash, the rounding of what is given back is not read.
        severity=Severity.WARN,
        sql="""
            select *, total_refunded_amount - sum_of_parts as unexplained_amount
            from (
                select orders.order_name, refunds.refund_id, refunds.currency_code,
                    refunds.total_refunded_amount,
                    refunds.items_amount + refunds.gift_card_amount + refunds.tax_amount
                        + refunds.shipping_amount + refunds.tip_amount + refunds.duty_amount
                        - refunds.adjustment_amount as sum_of_parts
                from core.fact_refunds as refunds
                inner join core.fact_orders as orders on refunds.order_dk = orders.order_dk
                where refunds.load_id > {since} and not refunds.is_test
                    and orders.cash_rounding_amount = 0
            )
            where total_refunded_amount > sum_of_parts
            order by unexplained_amount desc
        """,
        explain="{order_name}: {unexplained_amount} {currency_code} of refund {refund_id} is for "
        "nothing that is read",
        why="Money has left that no figure holds, so that net revenue may be too high.",
        hint="Look at the refund in the shop. If it was for goods, report it.",
        owner="finance",
    ),
    Gate(
        name="refunds_not_double_counted",
        title="Money given back without goods leaves an order worth what the shop keeps of it",
        protects=frozenset(),
        # An adjustment does not say whether it is goodwill or pays for what an edit took out, so
        # the payments judge. More than the ledger is kept, too, while money is owed back that no
        # adjustment names.
        severity=Severity.WARN,
        sql="""
            with adjusted as (
                select order_dk, sum(amount) as ledger_amount
                from core.fact_order_ledger
                where order_dk in (
                    select order_dk from core.fact_refunds
                    where load_id > {since} and adjustment_amount < 0
                )
                group by order_dk
            ),
            payments as (
                select adjusted.*, orders.order_name, orders.currency_code,
                    unnest(cast(records.payload -> '$.transactions' as json[])) as payment
                from adjusted
                inner join staging.stg_shopify__orders as orders
                    on adjusted.order_dk = orders.order_dk
                inner join raw.shopify__orders as records
                    on orders.record_load_id = records.load_id
                    and orders.record_key = records.record_key
                    and orders.page_index = records.page_index
                    and orders.record_index = records.record_index
                -- A refund in another currency is at the rate of its own day. Of orders in cash,
                -- the rounding of what is given back is not read.
                where orders.currency_code = orders.presentment_currency_code
                    and orders.cash_rounding_amount = 0
            ),
            kept as (
                select order_dk, order_name, currency_code, ledger_amount,
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
            -- Of a line with fewer units, the shop rounds discount and tax to cents.
            where kept.kept_amount - kept.ledger_amount > 0.02 * orders.line_count
            order by kept.kept_amount - kept.ledger_amount desc
        """,
        explain="{order_name}: {ledger_amount} {currency_code} in the ledger, {kept_amount} kept",
        why="What an edit or a cancellation took out may have lowered net revenue twice: then, and "
        "when money was given back for it.",
        hint="Look at the order in the shop. If goods were taken out before the money went back, "
        "report it. Money still owed, or a fee kept for a return, is no error.",
        owner="finance",
    ),
)
