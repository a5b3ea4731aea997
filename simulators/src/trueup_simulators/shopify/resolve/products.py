"""Products and their variants."""

from trueup_simulators.shopify.resolve.connections import Counted
from trueup_simulators.shopify.resolve.getters import Table, ids, paged, values
from trueup_simulators.shopify.resolve.money import decimal_text
from trueup_simulators.shopify.resolve.sources import instant

_PRODUCT: Table = (
    ids("Product", lambda p: p.id)
    | values(
        title=lambda p: p.title,
        handle=lambda p: p.handle,
        vendor=lambda p: p.vendor,
        productType=lambda p: p.product_type,
        status=lambda p: p.status,
        createdAt=lambda p: instant(p.created_at),
        updatedAt=lambda p: instant(p.updated_at),
        variantsCount=lambda p: Counted(len(p.variants)),
    )
    | {"variants": paged(lambda p: p.variants)}
)

_VARIANT: Table = ids("ProductVariant", lambda v: v.id) | {
    **values(
        title=lambda v: v.title,
        displayName=lambda v: v.title,
        sku=lambda v: v.sku,
        price=lambda v: decimal_text(v.price),
        createdAt=lambda v: instant(v.created_at),
        updatedAt=lambda v: instant(v.updated_at),
    ),
    "product": lambda v, _args, context: context.product(v.product_id),
    "position": lambda v, _args, context: context.position(v),
}

OBJECTS: dict[str, Table] = {
    "Product": _PRODUCT,
    "ProductVariant": _VARIANT,
}
