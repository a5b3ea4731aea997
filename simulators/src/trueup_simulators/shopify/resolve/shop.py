"""The shop itself, and the app that asks."""

from trueup_simulators.shopify.resolve.getters import Table, values
from trueup_simulators.shopify.resolve.sources import gid

_SHOP: Table = values(
    id=lambda c: gid("Shop", c.world.shop.id),
    name=lambda c: c.world.shop.name,
    myshopifyDomain=lambda c: c.world.shop.domain,
    ianaTimezone=lambda c: c.world.shop.iana_timezone,
    currencyCode=lambda c: c.world.shop.currency,
    createdAt=lambda c: f"{c.world.config.start.isoformat()}T00:00:00Z",
    taxesIncluded=lambda _c: False,
    enabledPresentmentCurrencies=lambda c: [c.world.shop.currency],
    plan=lambda c: c,
)

OBJECTS: dict[str, Table] = {
    "Shop": _SHOP,
    "ShopPlan": values(
        publicDisplayName=lambda c: c.settings.plan,
        shopifyPlus=lambda c: c.settings.plan == "Plus",
        partnerDevelopment=lambda _c: False,
    ),
    "AppInstallation": values(
        id=lambda _c: gid("AppInstallation", 1), accessScopes=lambda c: sorted(c.settings.scopes)
    ),
    "AccessScope": values(handle=lambda s: s, description=lambda s: f"Access to {s}"),
}
