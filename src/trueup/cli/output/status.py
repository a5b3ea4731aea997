"""The view of a project's status."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from trueup.cli.output.text import figure, moment, section, table, unavailable, wrapped
from trueup.cli.output.view import View

if TYPE_CHECKING:
    from trueup.pipeline.inspect.coverage import Coverage, Days
    from trueup.pipeline.inspect.status import Freshness, ProjectStatus


def status_view(status: "ProjectStatus") -> View:
    """Published version first, then what it rests on."""
    head = [f"{status.name} · seen {moment(status.now)} · from the {status.seen_in}"]
    if status.seen_in == "nothing yet":
        head = [f"{status.name} · nothing was run yet", "", "  do   trueup run"]
    lines = [*head, *_published(status), *_freshness(status), *_coverage(status)]
    lines += [*_accounts(status), *_gates(status), *_quarantine(status), *_strays(status)]
    lines += _masked_cards(status)
    return View(lines, _data(status))


def _published(status: "ProjectStatus") -> list[str]:
    if status.publish_id is None:
        return [] if status.seen_in == "nothing yet" else section("Published", ["    nothing yet"])
    lines = [
        f"    version {status.publish_id} · data known at {moment(status.known_at)}",
    ]
    if status.unreadable:
        lines += wrapped(f"    ✗ cannot be read: {status.unreadable}")
    for damage in (*status.damaged, *status.lake_damage):
        lines += wrapped(f"    ✗ {damage}")
    for t in status.held:
        shown = f"showing the version of {moment(t.as_of)}" if t.as_of else "never shown"
        since = f", withheld since {moment(t.held_since)}" if t.held_since else ""
        lines += wrapped(f"    ✗ {t.name}: withheld by {', '.join(t.gates)}; {shown}{since}")
    if not status.held:
        lines.append("    0 tables withheld")
    return section("Published", lines)


def _freshness(status: "ProjectStatus") -> list[str]:
    """A line per source, and one for each stream that failed."""
    groups: dict[str, list[Freshness]] = {}
    for f in status.freshness:
        groups.setdefault(f.source, []).append(f)
    rows = [
        (
            source,
            len({f.stream for f in group}),
            moment(max((f.asked_at for f in group if f.asked_at), default=None)),
            moment(max((f.changed_at for f in group if f.changed_at), default=None)),
            "✓" if all(f.status == "ok" for f in group) else "✗",
        )
        for source, group in groups.items()
    ]
    lines = table(("source", "streams", "last asked", "last gave news", ""), rows)
    for f in status.freshness:
        if f.status != "ok":
            lines += wrapped(f"    ✗ {f.source}.{f.stream} · {f.account}: {f.message}")
    return section("Freshness", lines)


def _coverage(status: "ProjectStatus") -> list[str]:
    by_days = [c for c in status.coverage if not _is_cursor(c)]
    cursors = [c for c in status.coverage if _is_cursor(c)]
    closed = {(row["source"], row["scope"]) for row in status.unavailable}
    headers = ("stream", "accounts", "complete days", "provisional", "missing")
    lines = table(headers, _covered_days(by_days))
    for c in by_days:
        where = f"{c.source}.{c.stream} · {c.account}"
        mark = "!" if (c.source, c.account) in closed else "✗"
        if c.missing:
            lines += wrapped(f"    {mark} {where}: {_spans(c.missing)} missing: {c.reason}")
        if c.beyond_reach:
            lines += wrapped(f"    ! {where}: {_spans(c.beyond_reach)} beyond the vendor's reach")
    reached = [
        (f"{c.source}.{c.stream}", c.account, moment(c.complete_until))
        for c in cursors
        if c.complete_until
    ]
    lines += table(("stream", "account", "complete up to"), reached, left=3)
    for c in cursors:
        if not c.complete_until:
            lines += wrapped(f"    ✗ {c.source}.{c.stream} · {c.account}: unknown: {c.reason}")
    return section("Coverage", lines)


def _covered_days(coverage: "Sequence[Coverage]") -> list[tuple[str, ...]]:
    """Account-days of each stream, over its accounts."""
    streams: dict[str, list[Coverage]] = {}
    for c in coverage:
        streams.setdefault(f"{c.source}.{c.stream}", []).append(c)
    return [
        (
            name,
            figure(len(group)),
            figure(sum(_count(c.complete) for c in group)),
            figure(sum(_count(c.provisional) for c in group)),
            figure(sum(_count(c.missing) for c in group)),
        )
        for name, group in streams.items()
    ]


def _is_cursor(coverage: "Coverage") -> bool:
    """True if freshness comes from the position of a cursor."""
    days = (coverage.complete, coverage.provisional, coverage.missing)
    return coverage.complete_until is not None or (bool(coverage.reason) and not any(days))


def _accounts(status: "ProjectStatus") -> list[str]:
    lines = [
        line
        for row in status.unavailable
        for line in wrapped(
            unavailable(row["source"], f"{row['scope']} {row['name']}", row["reason"])
        )
    ]
    return section("Accounts that are not available", lines)


def _gates(status: "ProjectStatus") -> list[str]:
    rows = [(row["gate"], row["status"].upper(), figure(row["violations"])) for row in status.gates]
    lines = table(("gate", "result", "violations"), rows, left=2)
    lines += [
        line
        for row in status.gates
        if row["status"] != "pass"
        for line in wrapped(f"    {row['status'].upper()}  {row['gate']}: {row['message']}")
    ]
    return section("Gates of the last run", lines)


def _quarantine(status: "ProjectStatus") -> list[str]:
    rows = [
        (f"{q['source']}.{q['stream']}", q["scope"], q["reason"], figure(q["records"]))
        for q in status.quarantine
    ]
    lines = table(("stream", "account", "reason", "records"), rows, left=3)
    if not lines and status.seen_in != "nothing yet":
        lines = ["    0 records"]
    return section("Quarantined", lines)


def _strays(status: "ProjectStatus") -> list[str]:
    rows = [
        (f"{s['source']}.{s['stream']}", s["scope"], figure(s["strays"])) for s in status.strays
    ]
    lines = table(("stream", "account", "values"), rows, left=2)
    return section("Personal values found outside of declared fields, kept as tokens", lines)


def _masked_cards(status: "ProjectStatus") -> list[str]:
    rows = [
        (f"{row['source']}.{row['stream']}", row["scope"], figure(row["masked_cards"]))
        for row in status.masked_cards
    ]
    lines = table(("stream", "account", "card numbers"), rows, left=2)
    return section("Card numbers found in records, replaced by [card]", lines)


def _count(days: "Sequence[Days]") -> int:
    return sum((last - first).days + 1 for first, last in days)


def _spans(days: "Sequence[Days]") -> str:
    return ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in days)


def _data(status: "ProjectStatus") -> dict[str, object]:
    return {
        "name": status.name,
        "now": status.now.isoformat(),
        "seen_in": status.seen_in,
        "publish_id": status.publish_id,
        "published_at": _iso(status.published_at),
        "known_at": _iso(status.known_at),
        "unreadable": status.unreadable,
        "damaged_files": [*status.damaged, *status.lake_damage],
        "withheld_tables": [
            {
                "table": table.name,
                "gates": list(table.gates),
                "as_of": _iso(table.as_of),
                "held_since": _iso(table.held_since),
            }
            for table in status.held
        ],
        "freshness": [
            {
                "source": f.source,
                "stream": f.stream,
                "account": f.account,
                "status": f.status,
                "message": f.message,
                "asked_at": _iso(f.asked_at),
                "changed_at": _iso(f.changed_at),
            }
            for f in status.freshness
        ],
        "coverage": [_coverage_object(coverage) for coverage in status.coverage],
        "unavailable_accounts": [_plain(row) for row in status.unavailable],
        "gates": [_plain(row) for row in status.gates],
        "quarantine": [_plain(row) for row in status.quarantine],
        "strays": [_plain(row) for row in status.strays],
        "masked_cards": [_plain(row) for row in status.masked_cards],
    }


def _coverage_object(coverage: "Coverage") -> dict[str, object]:
    return {
        "source": coverage.source,
        "stream": coverage.stream,
        "account": coverage.account,
        "timezone": coverage.timezone,
        "complete": _day_objects(coverage.complete),
        "provisional": _day_objects(coverage.provisional),
        "missing": _day_objects(coverage.missing),
        "beyond_reach": _day_objects(coverage.beyond_reach),
        "reason": coverage.reason,
        "complete_until": _iso(coverage.complete_until),
    }


def _day_objects(days: "Sequence[Days]") -> list[dict[str, str]]:
    return [{"first": str(first), "last": str(last)} for first, last in days]


def _plain(row: dict[str, Any]) -> dict[str, object]:
    return {
        name: _iso(value) if isinstance(value, (date, datetime)) else value
        for name, value in row.items()
    }


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
