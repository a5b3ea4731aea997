"""Gates of orders: unique keys, components that add up, and the shop's own totals."""

from trueup.quality.gates import Gate, Severity

_ORDERS = frozenset({"fact_orders", "fact_order_lines", "fact_refunds", "fact_order_ledger"})


def _unique(name: str, table: str, key: str, words: str) -> Gate:
    # A duplicate is twice among the changed rows, or once among them and once among the others.
    return Gate(
        name=name,
        title=f"Every {words} has one row",
        protects=frozenset({table}),
        sql=f"""
            select {key} as duplicate_key, count(*) as times
            from core.{table}
            where {key} in (select {key} from core.{table} where load_id > {{since}})
            group by {key}
            having count(*) > 1
        """,
        explain="{duplicate_key} has {times} rows",
        why="Amounts would be counted more than once.",
        hint="Report it: the models must replace, never add.",
        owner="platform",
    )


ORDER_GATES = (
    _unique("order_keys_unique", "fact_orders", "order_dk", "order"),
    _unique("order_line_keys_unique", "fact_order_lines", "order_line_dk", "order line"),
    _unique("refund_keys_unique", "fact_refunds", "refund_dk", "refund"),
    _unique("ledger_keys_unique", "fact_order_ledger", "order_ledger_key", "ledger entry"),
    Gate(
        name="orders_complete",
        title="Every readable order of the lake is in the model, with all its lines and refunds",
        protects=_ORDERS,
        # The models rewrite only the orders of new loads, so only these can be lost.
        sql="""
            with landed as (
                select distinct scope as shop, record_key from raw.shopify__orders
                where load_id > {since}
            ),
            staged as (
                select landed.*, orders.order_dk, orders.is_deleted
                from landed
                left join staging.stg_shopify__orders as orders
                    on landed.shop = orders.shop and landed.record_key = orders.record_key
            ),
            lines as (
                select order_dk, count(*) as line_count from core.fact_order_lines
                where order_dk in (select order_dk from staged) group by order_dk
            ),
            refunds as (
                select order_dk, count(*) as refund_count from core.fact_refunds
                where order_dk in (select order_dk from staged) group by order_dk
            )
            select staged.shop, staged.record_key,
                case
                    when orders.order_dk is null then 'landed and is missing'
                    when orders.line_count <> coalesce(lines.line_count, 0) then
                        'has ' || orders.line_count || ' lines, '
                        || coalesce(lines.line_count, 0) || ' are there'
                    else
                        'has ' || orders.refund_count || ' refunds, '
                        || coalesce(refunds.refund_count, 0) || ' are there'
                end as problem
            from staged
            left join core.fact_orders as orders on staged.order_dk = orders.order_dk
            left join lines on staged.order_dk = lines.order_dk
            left join refunds on staged.order_dk = refunds.order_dk
            where not coalesce(staged.is_deleted, false)
                and (
                    staged.order_dk is null
                    or staged.order_dk not in (
                        select order_dk from intermediate.int_orders_quarantined
                    )
                )
                and (
                    orders.order_dk is null
                    or orders.line_count <> coalesce(lines.line_count, 0)
                    or orders.refund_count <> coalesce(refunds.refund_count, 0)
                )
        """,
        explain="{shop}: order {record_key} {problem}",
        why="Revenue would be too low.",
        hint="Report it: an order was lost between raw and the model.",
        owner="platform",
    ),
    Gate(
        name="orders_equal_shop",
        title="Number and amount of orders per day equal the shop's own totals",
        protects=_ORDERS,
        sql="""
            with stated as (
                select scope as shop, window_day, name, arg_max(value, load_id) as stated_value,
                    max(load_id) as stated_load_id,
                    arg_max(window_since, load_id) as window_since,
                    arg_max(window_until, load_id) as window_until
                from raw.control_totals
                where source = 'shopify' and name in ('order_count', 'total_amount')
                group by scope, window_day, name
            ),
            days as (
                select distinct shop, window_day, window_since, window_until from stated
                where stated_load_id > {since}
            ),
            counted as (
                -- A day is the span that the shop was asked for: computed once, when it was read.
                select orders.shop, days.window_day,
                    count_if(not orders.is_deleted) as order_count,
                    sum(orders.total_amount) filter (where not orders.is_deleted) as total_amount,
                    max(orders.load_id) as newest_load_id,
                    max(orders.load_id) filter (where orders.is_deleted) as deleted_load_id,
                    count_if(orders.total_amount is null and not orders.is_deleted) as unread_count
                from staging.stg_shopify__orders as orders
                asof join days
                    on orders.shop = days.shop and orders.created_at >= days.window_since
                where orders.created_at < days.window_until
                group by 1, 2
            ),
            compared as (
                select stated.shop, stated.window_day, stated.name, stated.stated_value,
                    coalesce(
                        case stated.name
                            when 'order_count' then counted.order_count
                            else counted.total_amount
                        end, 0
                    ) as counted_value
                from stated
                left join counted
                    on stated.shop = counted.shop and stated.window_day = counted.window_day
                -- An order that was edited since then has another amount. The count stays the
                -- same, unless an order was deleted since then.
                where stated.stated_load_id > {since}
                    and coalesce(counted.deleted_load_id, 0) <= stated.stated_load_id
                    -- A day with an unreadable amount is compared by its number of orders only.
                    and (
                        stated.name = 'order_count'
                        or (
                            coalesce(counted.newest_load_id, 0) <= stated.stated_load_id
                            and coalesce(counted.unread_count, 0) = 0
                        )
                    )
            )
            select *, counted_value - stated_value as difference
            from compared
            where counted_value <> stated_value
            order by abs(counted_value - stated_value) desc
        """,
        explain="{shop} {window_day}: {name} {counted_value} here, {stated_value} in the shop",
        why="Orders are missing or counted twice.",
        hint="Read all changes since that day again (the shop lists orders by their last change): "
        "trueup backfill shopify --since DAY --until TOMORROW",
        owner="finance",
    ),
    Gate(
        name="order_components_sum_to_total",
        title="The components of every order add up to its total",
        protects=_ORDERS,
        sql="""
            select *
            from (
                select order_name, currency_code, total_amount, cash_rounding_amount, is_edited,
                    net_of_discount_amount + gift_card_amount + tax_amount + shipping_amount
                        + tip_amount + duty_amount + additional_fee_amount as sum_of_parts
                from core.fact_orders
                where load_id > {since}
            )
            where
                -- A missing amount is no cast problem, so it is checked here.
                total_amount is null
                or sum_of_parts is null
                -- The shop does not say whether its total includes cash rounding.
                or (
                    not is_edited
                    and total_amount <> sum_of_parts
                    and total_amount <> sum_of_parts + cash_rounding_amount
                )
        """,
        explain="{order_name}: {sum_of_parts} of {total_amount} {currency_code}",
        why="A component of the order (goods, discount, tax, shipping, tip, duty, fee) is missing "
        "or counted twice.",
        hint="Report it with the order's name.",
        owner="finance",
    ),
    Gate(
        name="ledger_equals_orders",
        title="The ledger has exactly the amounts of every order and its refunds",
        protects=_ORDERS,
        # Marts and attribution are both built from the ledger, so comparing them does not show what
        # the ledger lacks. The gate also checks orders that a load removed.
        sql="""
            with touched as (
                select order_dk, order_name from staging.stg_shopify__orders
                where load_id > {since}
            ),
            expected as (
                select orders.order_dk, orders.net_of_discount_amount + orders.gift_card_amount
                        + orders.tax_amount + orders.shipping_amount + orders.tip_amount
                        + orders.duty_amount + orders.additional_fee_amount
                        + orders.cash_rounding_amount - summed.cancelled_amount
                        - summed.cancelled_gift_card_amount - summed.cancelled_tax_amount
                        - summed.cancelled_shipping_amount as amount
                from core.fact_orders as orders
                inner join intermediate.int_orders_summed as summed
                    on orders.order_dk = summed.order_dk
                where not orders.is_test and orders.order_dk in (select order_dk from touched)
                union all
                select order_dk, counted_adjustment_amount + counted_adjustment_tax_amount
                        - items_amount - gift_card_amount - tax_amount - shipping_amount
                        - tip_amount - duty_amount as amount
                from core.fact_refunds
                where not is_test and order_dk in (select order_dk from touched)
            ),
            expected_sums as (
                select order_dk, sum(amount) as amount from expected group by order_dk
            ),
            ledger_sums as (
                select order_dk, sum(amount) as amount, count_if(component = 'sale') as sales
                from core.fact_order_ledger
                where order_dk in (select order_dk from touched)
                group by order_dk
            )
            select touched.order_name, expected_sums.amount as order_amount,
                ledger_sums.amount as ledger_amount
            from touched
            left join expected_sums on touched.order_dk = expected_sums.order_dk
            left join ledger_sums on touched.order_dk = ledger_sums.order_dk
            where expected_sums.amount is distinct from ledger_sums.amount
                or (expected_sums.order_dk is not null and ledger_sums.sales is distinct from 1)
        """,
        explain="{order_name}: {ledger_amount} in the ledger, {order_amount} in the order",
        why="Revenue would be too high or too low, for finance and for marketing.",
        hint="Report it with the order's name.",
        owner="finance",
    ),
    Gate(
        name="orders_not_quarantined",
        title="Every amount and time of the orders is readable",
        protects=frozenset(),
        severity=Severity.WARN,
        # Checks all loads: a quarantined order is missing until it is readable.
        sql="""
            select orders.order_name, orders.order_id, orders.shop,
                string_agg(distinct quarantined.part, ', ' order by quarantined.part) as parts
            from intermediate.int_orders_quarantined as quarantined
            inner join staging.stg_shopify__orders as orders
                on quarantined.order_dk = orders.order_dk
            group by orders.order_name, orders.order_id, orders.shop
            order by orders.order_name
        """,
        explain="{shop}: order {order_name} ({order_id}) has a value in its {parts} that cannot "
        "be read or is too large",
        why="The order is quarantined: it is in no figure, so revenue is too low by its amount.",
        hint="Correct the order in the shop, then: trueup run. Its payload is in "
        "raw.shopify__orders.",
        owner="finance",
    ),
    Gate(
        name="source_totals_readable",
        title="Every control total of the sources is readable",
        protects=frozenset(),
        severity=Severity.WARN,
        sql="""
            select source, scope, window_day, name from raw.control_totals
            where load_id > {since} and value is null
        """,
        explain="{source} {scope} {window_day}: the source's own {name} is not an amount",
        why="The figures of that day could not be compared with the source's own.",
        hint="Read the day again: trueup backfill SOURCE --since DAY --until NEXT_DAY; if it "
        "stays, ask the vendor.",
        owner="platform",
    ),
    Gate(
        name="order_values_readable",
        title="The order tables contain no unreadable amount or time",
        protects=_ORDERS,
        sql="""
            select 'order ' || order_name as place from core.fact_orders
            where load_id > {since} and has_cast_problem
            union all
            select 'order line ' || line_id from core.fact_order_lines
            where load_id > {since} and has_cast_problem
            union all
            select 'refund ' || refund_id from core.fact_refunds
            where load_id > {since} and has_cast_problem
        """,
        explain="{place} has a value that cannot be read",
        why="An unreadable amount is unknown, not zero.",
        hint="Report it: an order with such a value must be quarantined.",
        owner="platform",
    ),
    Gate(
        name="order_customers_known",
        title="Every order has its customer, and every order line its product",
        protects=_ORDERS,
        # Checks all orders: a later load may remove a customer or product that old orders need.
        sql="""
            select 'customer of ' || orders.order_name as missing
            from core.fact_orders as orders
            left join core.dim_customer as customers
                on orders.customer_dk = customers.customer_dk
            where customers.customer_dk is null
                and (
                    orders.load_id > {since}
                    or orders.customer_dk in (
                        select customer_dk from staging.stg_shopify__customers
                        where load_id > {since}
                    )
                )
            union all
            select 'product of line ' || lines.line_id
            from core.fact_order_lines as lines
            left join core.dim_product as products on lines.product_dk = products.product_dk
            where products.product_dk is null
                and (
                    lines.load_id > {since}
                    or lines.product_dk in (
                        select product_dk from staging.stg_shopify__products
                        where load_id > {since}
                    )
                )
        """,
        explain="{missing}",
        why="Figures by customer or product would not include these orders.",
        hint="Report it: dimensions must have placeholders for unlisted customers and products.",
        owner="platform",
    ),
    Gate(
        name="customer_journeys_complete",
        title="Every order was read with its customer journey",
        protects=frozenset({"fact_touchpoints", "fact_attribution"}),
        severity=Severity.WARN,
        # Checks all loads: time alone makes an order old enough for this gate.
        sql="""
            with newest as (
                select scope, max(extracted_at) as read_at from raw.batches
                where source = 'shopify' and stream = 'orders' group by scope
            )
            select orders.order_name, cast(orders.updated_at as date) as day
            from staging.stg_shopify__orders as orders
            inner join newest on orders.shop = newest.scope
            where not orders.is_journey_ready and not orders.is_test and not orders.is_deleted
                and orders.created_at < newest.read_at - interval 1 day
                and orders.created_at >= newest.read_at - interval 30 days
            order by orders.updated_at
        """,
        explain="{order_name}, last changed on {day}, was read before its journey was ready",
        why="The shop adds the visits before an order some time after the order, without marking "
        "it as changed. Its revenue is unattributed until Trueup reads the order again.",
        hint="Read the orders again: trueup backfill shopify --since DAY --until TOMORROW",
        owner="marketing",
    ),
)
