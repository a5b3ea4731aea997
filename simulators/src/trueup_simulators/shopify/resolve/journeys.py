"""The visits before an order."""

from trueup_simulators.shopify.resolve.connections import Counted
from trueup_simulators.shopify.resolve.getters import Table, member, paged, value, values
from trueup_simulators.shopify.resolve.sources import gid, instant

_JOURNEY: Table = values(
    ready=lambda s: s.order.is_journey_ready,
    daysToConversion=lambda s: (
        (s.order.created_at - s.moments[0].occurred_at).days if s.moments else None
    ),
    firstVisit=lambda s: s.moments[0] if s.moments else None,
    lastVisit=lambda s: s.moments[-1] if s.moments else None,
    momentsCount=lambda s: Counted(len(s.moments)) if s.order.is_journey_ready else None,
) | {
    "moments": paged(lambda s: s.moments),
    # Asked for only where it is wanted: it takes a look at all orders of the world.
    "customerOrderIndex": lambda s, _args, context: context.world.order_index(
        s.order.id, context.at
    ),
}

_VISIT: Table = values(
    id=lambda m: gid("CustomerVisit", m.id),
    occurredAt=lambda m: instant(m.occurred_at),
    landingPage=lambda m: m.landing_page,
    referrerUrl=lambda m: m.referrer_url,
    source=lambda m: m.source,
    sourceType=lambda _m: None,
    utmParameters=lambda m: m.utm,
)

OBJECTS: dict[str, Table] = {
    "CustomerJourneySummary": _JOURNEY,
    "CustomerVisit": _VISIT,
    "UTMParameters": {
        name: value(member(name)) for name in ("source", "medium", "campaign", "term", "content")
    },
}
