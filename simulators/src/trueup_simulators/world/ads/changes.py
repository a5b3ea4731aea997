"""Change log of an account, computed from the histories of its entities."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np

from trueup_simulators.world.ads.catalog import Catalog
from trueup_simulators.world.ads.history import History
from trueup_simulators.world.calendar import instant, micros
from trueup_simulators.world.entities import Change
from trueup_simulators.world.randomness import Ints

Field = Literal["created", "name", "status", "budget_micros"]

EVENTS: tuple[tuple[str, Field], ...] = (
    ("created", "created"),
    ("renamed", "name"),
    ("paused", "status"),
    ("resumed", "status"),
    ("removed", "status"),
    ("rebudgeted", "budget_micros"),
)


@dataclass(frozen=True, slots=True)
class _Kind:
    name: Literal["campaign", "ad_group", "ad"]
    history: History


def changes(catalog: Catalog, since: datetime, until: datetime) -> list[Change]:
    """Changes with since <= changed_at < until, oldest first, ties by entity id and field."""
    kinds = (
        _Kind("campaign", catalog.campaign_history),
        _Kind("ad_group", catalog.group_history),
        _Kind("ad", catalog.ad_history),
    )
    found = [
        change for kind in kinds for change in _of_kind(catalog, kind, micros(since), micros(until))
    ]
    return sorted(found, key=lambda change: (change.changed_at, change.entity_id, change.field))


def _of_kind(catalog: Catalog, kind: _Kind, since: int, until: int) -> Iterator[Change]:
    for column, field in EVENTS:
        if field == "budget_micros" and kind.name != "campaign":
            continue
        times: Ints = getattr(kind.history, column)
        for index in np.flatnonzero((times >= since) & (times < until)):
            yield _change(catalog, kind, int(index), int(times[index]), field)


def _change(catalog: Catalog, kind: _Kind, index: int, at: int, field: Field) -> Change:
    campaign, group, entity_id = _place(catalog, kind, index)
    return Change(
        changed_at=instant(at),
        account_id=catalog.account.account_id,
        entity=kind.name,
        entity_id=entity_id,
        campaign_id=catalog.campaign_ids[campaign],
        ad_group_id=None if group is None else catalog.group_ids[group],
        field=field,
        old=None if field == "created" else _value(catalog, kind, index, field, at - 1),
        new=_value(catalog, kind, index, field, at),
    )


def _place(catalog: Catalog, kind: _Kind, index: int) -> tuple[int, int | None, str]:
    if kind.name == "campaign":
        return index, None, catalog.campaign_ids[index]
    group = index if kind.name == "ad_group" else int(catalog.ad_group[index])
    ids = catalog.group_ids if kind.name == "ad_group" else catalog.ad_ids
    return int(catalog.group_campaign[group]), group, ids[index]


def _value(catalog: Catalog, kind: _Kind, index: int, field: Field, at: int) -> str:
    if field == "status":
        return kind.history.status(index, at)
    if field == "budget_micros":
        return str(catalog.budget_micros(index, at))
    name = {
        "campaign": catalog.campaign_name,
        "ad_group": catalog.group_name,
        "ad": catalog.ad_name,
    }[kind.name]
    return name(index, at)
