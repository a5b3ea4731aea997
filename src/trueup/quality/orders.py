"""Gates of orders: every order once, its parts adding up, the shop's own counts met."""

from trueup.quality.gates import Gate, Severity

_ORDERS = frozenset({"fact_orders", "fact_order_lines", "fact_refunds", "fact_order_ledger"})


def _unique(name: str, table: str, key: str, words: str) -> Gate:
    # A key that stands twice stands twice among the touched rows, or once there and once before.
    return Gate(
        name=name,
        title=f"Every {words} is there once",
        protects=frozenset({table}),
        sql=f"""
            select {key} as duplicate_key, count(*) as times
            from core.{table}
            where {key} in (select {key} from core.{table} where load_id > {{since}})
            group by {key}
            having count(*) > 1
        """,
        explain="{duplicate_key} stands {times} times",
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
        title="Every order that landed is in the model",
        protects=_ORDERS,
        sql="""
            select raw_orders.record_key, raw_orders.scope as shop
            from raw.shopify__orders as raw_orders
            left join staging.stg_shopify__orders as staged
                on raw_orders.scope = staged.shop and raw_orders.record_key = staged.record_key
            where raw_orders.load_id > {since} and staged.record_key is null
        """,
        explain="{shop}: order {record_key} landed and is missing",
        why="Revenue would be too low.",
        hint="Report it: an order got lost between raw and the model.",
        owner="platform",
    ),
    Gate(
        name="orders_equal_shop",
        title="Orders per day are as many, and as much, as the shop counts",
        protects=_ORDERS,
        sql="""
            with shops as (
                select scope, arg_max(timezone, load_id) as timezone from raw.batches
                where source = 'shopify' and stream = 'orders' group by scope
            ),
            stated as (
                select scope as shop, window_day, name, arg_max(value, load_id) as stated_value,
                    max(load_id) as stated_load_id
                from raw.control_totals
                where source = 'shopify' and name in ('order_count', 'total_amount')
                group by scope, window_day, name
            ),
            counted as (
                select orders.shop,
                    cast(timezone(shops.timezone, timezone('UTC', orders.created_at)) as date)
                        as window_day,
                    count_if(not orders.is_deleted) as order_count,
                    sum(orders.total_amount) filter (where not orders.is_deleted) as total_amount,
                    max(orders.load_id) as newest_load_id,
                    max(orders.load_id) filter (where orders.is_deleted) as deleted_load_id
                from staging.stg_shopify__orders as orders
                inner join shops on orders.shop = shops.scope
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
                -- An order that was edited since has another amount; the count stays, unless an
                -- order was deleted since.
                where stated.stated_load_id > {since}
                    and coalesce(counted.deleted_load_id, 0) <= stated.stated_load_id
                    and (
                        stated.name = 'order_count'
                        or coalesce(counted.newest_load_id, 0) <= stated.stated_load_id
                    )
            )
            select *, counted_value - stated_value as difference
            from compared
            where counted_value <> stated_value
            order by abs(counted_value - stated_value) desc
        """,
        explain="{shop} {window_day}: {name} {counted_value} here, {stated_value} in the shop",
        why="Orders are missing or counted twice.",
        hint="Read all that changed since the day again, for orders are found by their last "
        "change, and which orders there are: trueup backfill shopify --since DAY --until TOMORROW",
        owner="finance",
    ),
    Gate(
        name="orders_add_up",
        title="Every order's parts add up to what the customer paid",
        protects=_ORDERS,
        sql="""
            select orders.order_name, orders.currency_code, orders.total_amount,
                orders.net_of_discount_amount + orders.tax_amount + orders.shipping_amount
                    as sum_of_parts
            from core.fact_orders as orders
            inner join staging.stg_shopify__orders as staged
                on orders.order_dk = staged.order_dk
            where orders.load_id > {since} and not orders.is_edited and not staged.taxes_included
                and orders.total_amount
                    <> orders.net_of_discount_amount + orders.tax_amount + orders.shipping_amount
        """,
        explain="{order_name}: {sum_of_parts} of {total_amount} {currency_code}",
        why="Some line, discount, tax or shipping of the order is missing or counted twice.",
        hint="Report it with the order's name.",
        owner="finance",
    ),
    Gate(
        name="order_values_readable",
        title="Every amount and time of the orders could be read",
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
        explain="{place} holds a value that cannot be read",
        why="An unreadable amount is unknown, not zero.",
        hint="Look at the payload in raw.shopify__orders; the shop changed what it sends.",
        owner="platform",
    ),
    Gate(
        name="order_customers_known",
        title="Every order's customer and every line's product is known",
        protects=_ORDERS,
        sql="""
            select 'customer of ' || orders.order_name as missing
            from core.fact_orders as orders
            left join core.dim_customer as customers
                on orders.customer_dk = customers.customer_dk
            where orders.load_id > {since} and customers.customer_dk is null
            union all
            select 'product of line ' || lines.line_id
            from core.fact_order_lines as lines
            left join core.dim_product as products on lines.product_dk = products.product_dk
            where lines.load_id > {since} and products.product_dk is null
        """,
        explain="{missing}",
        why="Figures by customer or product would leave these out.",
        hint="Report it: dimensions must hold placeholders for what they have not met.",
        owner="platform",
    ),
    Gate(
        name="journeys_ready",
        title="Every order's journey was there when the order was read",
        protects=frozenset({"fact_touchpoints", "fact_attribution"}),
        severity=Severity.WARN,
        # Whatever was published: an order grows old enough without any news of it.
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
        why="The shop works out the visits before an order some time after it, and that is no "
        "update of the order. Until it is read again, its revenue is unattributed.",
        hint="Read the orders again: trueup backfill shopify --since DAY --until TOMORROW",
        owner="marketing",
    ),
)
