"""The view of the demo, part by part."""

from dataclasses import asdict
from decimal import Decimal
from functools import singledispatch

from trueup import __version__
from trueup.cli.output.demo_changes import changes_view
from trueup.cli.output.demo_faults import outcome_view, planted_view
from trueup.cli.output.program import command_line
from trueup.cli.output.results import run_view
from trueup.cli.output.serve import served_view
from trueup.cli.output.text import figure, moment, money, plural, section, table
from trueup.cli.output.view import View
from trueup.errors import IntegrityError, QualityError, TrueupError
from trueup.pipeline.demo.parts import (
    AttributionError,
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


@singledispatch
def part_view(part: object) -> View:
    """Lines and JSON of one part of the demo."""
    raise TypeError(f"the demo has no such part: {type(part).__name__}")


part_view.register(Changes, changes_view)
part_view.register(Planted, planted_view)
part_view.register(Outcome, outcome_view)


def part_errors(part: object) -> list[TrueupError]:
    """Errors of one part: streams that stopped, tables that a gate holds back, a wrong figure.

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
        why="A step between source and publication changed a number.",
        hint=f"Report it with the output of this demo: {command_line(['demo', '--json'])}",
        code="TUP-713",
    )


def _held_back(part: Outcome) -> TrueupError:
    return QualityError(
        f"{', '.join(part.failed_gates)}: {plural(len(part.held), 'table')} withheld, as planted",
        why="Readers still see the last good version of these tables. All others are up to date.",
        hint=command_line(["status", "-C", str(part.folder)]),
        code="TUP-602",
    )


@part_view.register
def _(part: WorldMade) -> View:
    lines = [
        f"trueup {__version__} · {part.title} demo · no account, no network, all in {part.folder}",
        "",
        f"  World      {part.about} · seed {part.seed} · it is {moment(part.now)} there   "
        f"{part.seconds:.1f} s",
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
    data: dict[str, object] = {
        "at": part.at.isoformat(),
        "scores": [{**asdict(s), "ours": str(s.ours), "truth": str(s.truth)} for s in part.scores],
    }
    if part.attribution:
        lines += ["", *_attribution_lines(part.attribution)]
        data["attribution_mean_absolute_error"] = part.attribution.mean_absolute_error
    return View(section("Error against the sealed truth", lines), data)


@part_view.register
def _(part: Finished) -> View:
    steps = " · ".join(f"{name} {seconds:.1f} s" for name, seconds in part.seconds.items())
    view = View(["", f"  Time       {steps}"], {"seconds": dict(part.seconds)})
    if part.served:
        view += served_view(part.served)
    labels = ("  Try next   ", *[" " * 13] * len(part.next_commands))
    commands = map(command_line, part.next_commands)
    return view + View(["", *(label + text for label, text in zip(labels, commands, strict=False))])


def _attribution_lines(error: AttributionError) -> list[str]:
    rows = [
        (name, f"{ours:.1%}", f"{true:.1%}", f"{(ours - true) * 100:+.1f} pp")
        for name, ours, true in error.shares
    ]
    mean = error.mean_absolute_error * 100
    return [
        *table((error.title, "credited", "true", "error"), rows),
        f"    mean absolute error {mean:.1f} percentage points per channel",
    ]


def _amount(value: Decimal) -> str:
    return figure(int(value)) if value == value.to_integral_value() else f"{value:,.2f}"


def _share(amount: Decimal, whole: Decimal) -> str:
    return f"{amount / whole:.1%}" if whole else "n/a"


def _verdict(score: Score) -> str:
    return f"{figure(score.differing)} {'✗' if score.differing else '✓'}"
