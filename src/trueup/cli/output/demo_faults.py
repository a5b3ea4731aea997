"""The view of a planted fault: what was done, and what came of it."""

from collections.abc import Mapping

from trueup.cli.output.text import cleaned, figure, money, plural, section, table
from trueup.cli.output.view import View
from trueup.pipeline.demo.parts import Outcome, Planted


def planted_view(part: Planted) -> View:
    """Description of the planted fault and of its expected effect."""
    lines = [f"    {part.done}", f"    expected: {part.fault.expected}"]
    data = {"fault": part.fault.name, "done": part.done, "expected": part.fault.expected}
    return View(section(f"Planted: {part.fault.name}", lines), data)


def outcome_view(part: Outcome) -> View:
    """Effect of the fault, and whether the figures stayed correct."""
    fired = ", ".join(f"{name} {plural(count, 'time')}" for name, count in part.fired.items())
    lines = [f"    faults that occurred: {fired}"] if fired else []
    for why in part.read_again:
        lines += [f"    noticed: {cleaned(why)}", "    not used, and read again at once"]
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
    return View(section("Result", lines), _outcome_object(part))


def _held_lines(part: Outcome) -> list[str]:
    if not part.held:
        return ["    0 tables withheld: no gate failed"]
    found = [f"    caught by {name}: {cleaned(told)}" for name, told in part.failed_gates.items()]
    return [*found, f"    withheld, their last good version is shown: {', '.join(part.held)}"]


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
        "withheld_tables": list(part.held),
        "proof": proof,
        "all_equal": part.all_equal,
    }
