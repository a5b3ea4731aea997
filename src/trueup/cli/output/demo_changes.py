"""The view of the demo's new day: what changed."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

from trueup.cli.output.text import figure, money, plural, section, table
from trueup.cli.output.view import View
from trueup.pipeline.demo.parts import ChangedDay, Changes

SHOWN_DAYS = 8


def changes_view(part: Changes) -> View:
    """Windows, days and tables that the new day moved."""
    windows = table(
        ("stream", "new windows", "restated windows"),
        [(name, figure(new), figure(restated)) for name, new, restated in part.windows],
    )
    moved = [day for day in part.days if day.day < part.first_new_day]
    shown = sorted(sorted(moved, key=_moved)[-SHOWN_DAYS:], key=lambda day: (day.day, day.channel))
    headers = ("day", "channel", "spend before", "after", "net revenue before", "after")
    days = table(headers, [_day_row(day) for day in shown], left=2)
    if moved:
        days.append(
            f"    {plural(len(moved), 'channel day')} before {part.first_new_day} moved, by "
            f"{money(_spend_moved(moved))} of spend and {money(_revenue_moved(moved))} of net "
            f"revenue ({part.currency}); {len(shown)} shown"
        )
    fresh = len(part.days) - len(moved)
    if fresh:
        days.append(f"    {plural(fresh, 'channel day')} from {part.first_new_day} on with news")
    if not part.days:
        days.append("    0 channel days moved")
    tables = [
        f"    {len(part.tables)} of {part.all_tables} tables have new values: "
        f"{', '.join(part.tables) or 'none'}"
    ]
    lines = [*windows, "", *days, "", *tables]
    return View(section("What changed", lines), _changes_object(part))


def _day_row(day: ChangedDay) -> tuple[object, ...]:
    amounts = (day.spend_before, day.spend_after, day.revenue_before, day.revenue_after)
    return (day.day, day.channel, *(money(amount) for amount in amounts))


def _spend_moved(days: list[ChangedDay]) -> Decimal:
    zero = Decimal()
    return sum(((day.spend_after or zero) - (day.spend_before or zero) for day in days), zero)


def _revenue_moved(days: list[ChangedDay]) -> Decimal:
    zero = Decimal()
    return sum(((day.revenue_after or zero) - (day.revenue_before or zero) for day in days), zero)


def _moved(day: ChangedDay) -> Decimal:
    pairs = (
        (day.spend_before, day.spend_after),
        (day.revenue_before, day.revenue_after),
    )
    return max(abs((after or Decimal()) - (before or Decimal())) for before, after in pairs)


def _changes_object(part: Changes) -> Mapping[str, object]:
    return {
        "currency": part.currency,
        "windows": [
            {"stream": name, "new": new, "restated": restated}
            for name, new, restated in part.windows
        ],
        "days": [
            {name: None if value is None else str(value) for name, value in asdict(day).items()}
            for day in part.days
        ],
        "changed_tables": list(part.tables),
    }
