"""The view of the demo, part by part."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from functools import singledispatch

from trueup import __version__
from trueup.cli.output.results import run_view
from trueup.cli.output.serve import served_view
from trueup.cli.output.text import cleaned, figure, moment, money, plural, section, table
from trueup.cli.output.view import View
from trueup.errors import IntegrityError, QualityError, TrueupError
from trueup.pipeline.demo.parts import (
    ChangedDay,
    Changes,
    Finished,
    Outcome,
    Planted,
    Ran,
    RevenueIdentity,
    Score,
    Truth,
    WorldMade,
)

SHOWN_DAYS = 8


@singledispatch
def part_view(part: object) -> View:
    """What one part of the demo shows."""
    raise TypeError(f"the demo has no such part: {type(part).__name__}")


def part_errors(part: object) -> list[TrueupError]:
    """What the demo ends with: streams that stopped, tables that a gate holds back, a wrong figure.

    A run's failed gates count only by what they hold back, which the outcome of a fault tells.
    """
    if isinstance(part, Ran):
        return part.result.synced.errors()
    if isinstance(part, Truth) and any(score.differing for score in part.scores):
        return [_not_equal(part)]
    if isinstance(part, Outcome) and part.held:
        return [_held_back(part)]
    return []


def _not_equal(part: Truth) -> TrueupError:
    wrong = [score.figure for score in part.scores if score.differing]
    return IntegrityError(
        f"published figures differ from the sealed truth: {', '.join(wrong)}",
        why="Something between source and publication changed a number.",
        hint="Report it with the output of this demo: trueup demo --json",
        code="TUP-713",
    )


def _held_back(part: Outcome) -> TrueupError:
    return QualityError(
        f"{', '.join(part.failed_gates)}: {plural(len(part.held), 'table')} held back, as planted",
        why="People still see their last good version; everything else is up to date.",
        hint=f"trueup status -C {part.folder}",
        code="TUP-602",
    )


@part_view.register
def _(part: WorldMade) -> View:
    lines = [
        f"trueup {__version__} · BrightCart demo · no account, no network, all in {part.folder}",
        "",
        f"  World      {plural(part.days, 'day')} · {plural(part.accounts, 'ad account')} · "
        f"{part.shop} · seed {part.seed} · it is {moment(part.now)} there   {part.seconds:.1f} s",
    ]
    data = {"folder": str(part.folder), "seed": part.seed, "days": part.days}
    return View(lines, data | {"now": part.now.isoformat()})


@part_view.register
def _(part: Ran) -> View:
    view = run_view(part.result)
    steps = " · ".join(f"{step} {seconds:.1f} s" for step, seconds in part.seconds.items())
    lines = ["", f"{part.title.capitalize()}", *view.lines, *section("Time", [f"    {steps}"])]
    return View(lines, {"title": part.title, **view.data, "seconds": dict(part.seconds)})


@part_view.register
def _(part: RevenueIdentity) -> View:
    rows = [("Finance net revenue", money(part.finance), "")]
    rows += [
        (f"{'=' if i == 0 else '+'} {name}", money(amount), _share(amount, part.finance))
        for i, (name, amount) in enumerate(part.channels)
    ]
    mark = "✓" if part.difference == 0 else "✗"
    rows.append(("difference", money(part.difference), mark))
    lines = table((f"amounts in {part.currency}", "net revenue", "share"), rows)
    data = {
        "currency": part.currency,
        "finance": str(part.finance),
        "channels": {name: str(amount) for name, amount in part.channels},
        "difference": str(part.difference),
    }
    return View(section("Every dollar accounted for", lines), data)


@part_view.register
def _(part: Truth) -> View:
    rows = [
        (s.figure, s.grain, _amount(s.ours), _amount(s.truth), figure(s.compared), _verdict(s))
        for s in part.scores
    ]
    headers = ("figure", "compared by", "published", "truth", "cells", "not equal")
    lines = table(headers, rows, left=2)
    shares = [
        (name, f"{ours:.1%}", f"{true:.1%}", f"{(ours - true) * 100:+.1f} pp")
        for name, ours, true in part.attribution.shares
    ]
    error = part.attribution.mean_absolute_error * 100
    lines += ["", *table(("last touch, share of orders", "credited", "true", "error"), shares)]
    lines.append(f"    mean absolute error {error:.1f} percentage points per channel")
    data = {
        "at": part.at.isoformat(),
        "scores": [{**asdict(s), "ours": str(s.ours), "truth": str(s.truth)} for s in part.scores],
        "attribution_mean_absolute_error": part.attribution.mean_absolute_error,
    }
    return View(section("Error against the sealed truth", lines), data)


@part_view.register
def _(part: Changes) -> View:
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


@part_view.register
def _(part: Planted) -> View:
    lines = [f"    {part.done}", f"    expected: {part.fault.expected}"]
    data = {"fault": part.fault.name, "done": part.done, "expected": part.fault.expected}
    return View(section(f"Planted: {part.fault.name}", lines), data)


@part_view.register
def _(part: Outcome) -> View:
    fired = ", ".join(f"{name} {plural(count, 'time')}" for name, count in part.fired.items())
    lines = [f"    the vendors struck: {fired}"] if fired else []
    for why in part.read_again:
        lines += [f"    noticed: {cleaned(why)}", "    not taken, and read again at once"]
    if part.repeated:
        counts = ", ".join(f"{count:,} of {source}" for source, count in part.repeated.items())
        lines.append(f"    came more than once, counted once: {counts}")
    lines += _held_lines(part)
    lines += _proof_lines(part)
    cells = sum(score.compared for score in part.truth.scores)
    differing = sum(score.differing for score in part.truth.scores)
    lines.append(
        f"    compared with the sealed truth: {plural(len(part.truth.scores), 'figure')} in "
        f"{plural(cells, 'cell')}, {figure(differing)} not equal {'✗' if differing else '✓'}"
    )
    return View(section("What came of it", lines), _outcome_object(part))


def _held_lines(part: Outcome) -> list[str]:
    if not part.held:
        return ["    0 tables held back: nothing wrong was left to hold"]
    found = [f"    caught by {name}: {cleaned(told)}" for name, told in part.failed_gates.items()]
    return [*found, f"    held back, their last good version stays on show: {', '.join(part.held)}"]


def _proof_lines(part: Outcome) -> list[str]:
    if part.proof is None:
        return []
    rows = [(side, money(amount)) for side, amount in part.proof.sides]
    return ["", *table((part.proof.figure, ""), rows), ""]


def _outcome_object(part: Outcome) -> Mapping[str, object]:
    proof = part.proof and {
        "figure": part.proof.figure,
        "sides": {name: None if side is None else str(side) for name, side in part.proof.sides},
    }
    return {
        "fault": part.fault.name,
        "fired": dict(part.fired),
        "read_again": list(part.read_again),
        "repeated": dict(part.repeated),
        "failed_gates": dict(part.failed_gates),
        "held_back": list(part.held),
        "proof": proof,
        "all_equal": part.all_equal,
    }


@part_view.register
def _(part: Finished) -> View:
    steps = " · ".join(f"{name} {seconds:.1f} s" for name, seconds in part.seconds.items())
    view = View(["", f"  Time       {steps}"], {"seconds": dict(part.seconds)})
    if part.served:
        view += served_view(part.served)
    folder = part.folder
    commands = (f"trueup status -C {folder}", "trueup demo --break currency-missing")
    first = f"  Try next   {commands[0]}"
    return view + View(
        ["", first, f"             {commands[1]}", "             trueup init my-shop"]
    )


def _amount(value: Decimal) -> str:
    return figure(int(value)) if value == value.to_integral_value() else f"{value:,.2f}"


def _share(amount: Decimal, whole: Decimal) -> str:
    return f"{amount / whole:.1%}" if whole else "n/a"


def _verdict(score: Score) -> str:
    return f"{figure(score.differing)} {'✗' if score.differing else '✓'}"


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
