"""The view of a project's status."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from trueup.cli.output.text import cleaned, figure, moment, section, table, unavailable
from trueup.cli.output.view import View

if TYPE_CHECKING:
    from trueup.pipeline.inspect.coverage import Coverage, Days
    from trueup.pipeline.inspect.status import ProjectStatus


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
        lines.append(f"    ✗ cannot be read: {cleaned(status.unreadable)}")
        lines.append("      do   trueup publish")
    lines += table(
        ("held back", "showing the version of", "held since", "by"),
        [(t.name, moment(t.as_of), moment(t.held_since), ", ".join(t.gates)) for t in status.held],
        left=4,
    ) or ["    0 tables held back"]
    return section("Published", lines)


def _freshness(status: "ProjectStatus") -> list[str]:
    rows = [
        (
            f"{f.source}.{f.stream}",
            f.account,
            moment(f.asked_at),
            moment(f.changed_at),
            "✓" if f.status == "ok" else f"✗ {f.message}",
        )
        for f in status.freshness
    ]
    headers = ("stream", "account", "last asked", "last gave news", "")
    return section("Freshness", table(headers, rows, left=5))


def _coverage(status: "ProjectStatus") -> list[str]:
    rows = [
        (
            f"{c.source}.{c.stream}",
            c.account,
            c.timezone,
            figure(_count(c.complete)),
            figure(_count(c.provisional)),
            figure(_count(c.missing)),
        )
        for c in status.coverage
        if not _is_cursor(c)
    ]
    headers = ("stream", "account", "zone", "complete days", "provisional", "missing")
    lines = table(headers, rows, left=3)
    for c in status.coverage:
        if c.missing:
            where = f"{c.source}.{c.stream} · {c.account}"
            lines.append(cleaned(f"    ✗ {where}: {_spans(c.missing)} missing: {c.reason}"))
    lines += [
        f"    {c.source}.{c.stream} · {c.account}: complete up to {moment(c.complete_until)}"
        if c.complete_until
        else f"    ✗ {c.source}.{c.stream} · {c.account}: not known: {cleaned(c.reason)}"
        for c in status.coverage
        if _is_cursor(c)
    ]
    return section("Coverage", lines)


def _is_cursor(coverage: "Coverage") -> bool:
    """Whether it is told by how far a cursor got, or would be if that were known."""
    days = (coverage.complete, coverage.provisional, coverage.missing)
    return coverage.complete_until is not None or (bool(coverage.reason) and not any(days))


def _accounts(status: "ProjectStatus") -> list[str]:
    lines = [
        unavailable(row["source"], f"{row['scope']} {row['name']}", row["reason"])
        for row in status.unavailable
    ]
    return section("Accounts that are not available", lines)


def _gates(status: "ProjectStatus") -> list[str]:
    rows = [(row["gate"], row["status"].upper(), figure(row["violations"])) for row in status.gates]
    lines = table(("gate", "result", "violations"), rows, left=2)
    lines += [
        cleaned(f"    {row['status'].upper()}  {row['gate']}: {row['message']}")
        for row in status.gates
        if row["status"] != "pass"
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
    return section("Kept aside", lines)


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
