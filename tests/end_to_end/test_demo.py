"""The demo on a shorter world: figures equal the truth, faults are detected or harmless."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from tests.unit.pipeline.demo.scenarios import brightcart
from trueup.cli import main
from trueup.cli.output.demo import part_errors, part_view
from trueup.errors import IntegrityError, QualityError
from trueup.pipeline.demo.examples import example_names, fault_names
from trueup.pipeline.demo.folder import make_folder
from trueup.pipeline.demo.parts import Changes, Outcome, Part, Ran, RevenueIdentity, Truth
from trueup.pipeline.demo.runner import Demo
from trueup.pipeline.demo.scenario import Fault, environment_of, load_fault
from trueup.pipeline.demo.simulators import simulators
from trueup.pipeline.inspect.status import status
from trueup.pipeline.run import RunResult
from trueup.pipeline.run_lock import run_lock

# As many days as it takes for a report of more than one page, and no more.
SCENARIO = brightcart(days=15)
T = TypeVar("T")


def shows_the_day(outcome: Outcome) -> bool:
    assert outcome.proof is not None
    before, now, truth, kept = (amount for _, amount in outcome.proof.sides)
    return before != now == truth and kept == before > 0


# What the outcome must show for somebody to believe that the fault was met and did no harm.
SHOWS = {
    "last-page-lost": lambda outcome: outcome.read_again,
    "duplicate-delivery": lambda outcome: set(outcome.repeated) >= {"google_ads", "shopify"},
    "spend-restated": shows_the_day,
    "rows-vanished": shows_the_day,
}


@dataclass
class Stage:
    """One world on which all scenes are played, in the order of the tests."""

    play: Demo
    last: RunResult
    first_parts: list[Part]
    shown: list[Part]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("demo") / "shop"
    make_folder(folder, SCENARIO)
    with simulators(folder, SCENARIO.simulators) as vendors:
        play = Demo(folder=folder, scenario=SCENARIO, vendors=vendors)
        first = play.run("first run")
        parts = [first, *play.figures()]
        yield Stage(play, first.result, parts, list(parts))


def only(parts: list[Part], kind: type[T]) -> T:
    (found,) = [part for part in parts if isinstance(part, kind)]
    return found


def broken(stage: Stage, name: str) -> list[Part]:
    stage.play.vendors.heal()
    parts = list(stage.play.broken(load_fault(SCENARIO, name), stage.last))
    result = only(parts, Ran).result
    stage.last = result if result.published else stage.last
    stage.shown += parts
    return parts


def assert_meets_truth(parts: list[Part]) -> None:
    truth = only(parts, Truth)
    assert {score.figure: score.differing for score in truth.scores if score.differing} == {}
    assert {score.figure.split()[0] for score in truth.scores} == {
        "spend", "clicks", "impressions", "orders", "refunds", "net",
    }  # fmt: skip
    assert all(score.ours == score.truth and score.compared > 10 for score in truth.scores)


def test_every_published_figure_equals_the_sealed_truth(stage: Stage) -> None:
    assert_meets_truth(stage.first_parts)


def test_every_dollar_is_accounted_for(stage: Stage) -> None:
    identity = only(stage.first_parts, RevenueIdentity)
    assert identity.finance > 100_000
    assert len(identity.channels) >= 6
    assert identity.difference == Decimal(0)


def test_the_attribution_error_is_shown_and_moderate(stage: Stage) -> None:
    attribution = only(stage.first_parts, Truth).attribution
    assert attribution is not None
    assert abs(sum(ours for _, ours, _ in attribution.shares) - 1) < 1e-9
    assert 0 < attribution.mean_absolute_error < 0.1


def test_status_is_the_same_while_a_run_is_at_work(stage: Stage) -> None:
    now = stage.last.now
    idle = status(stage.play.project, now)
    with run_lock(stage.play.project.workspace, "other"):
        busy = status(stage.play.project, now)
    assert (idle.seen_in, busy.seen_in) == ("warehouse", "published version")
    assert replace(busy, seen_in="warehouse") == idle
    assert sum(len(coverage.missing) for coverage in idle.coverage) == 3
    assert {row["reason"] for row in idle.unavailable} == {"the account is canceled"}


def test_check_asks_every_vendor(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    vendors = stage.play.vendors
    for name, value in environment_of(SCENARIO, vendors.announced).items():
        monkeypatch.setenv(name, value)
    assert main(["check", "-C", str(stage.play.folder)]) == 0
    assert capsys.readouterr().out.count("✓ source") == 4
    monkeypatch.setenv("BRIGHTCART_META_ACCESS_TOKEN", "not-this-one")
    assert main(["check", "-C", str(stage.play.folder)]) == 4
    printed = capsys.readouterr().out
    assert (printed.count("✓ source"), printed.count("✗ source meta_ads")) == (3, 1)
    assert "not-this-one" not in printed


def test_the_time_of_a_run_is_told_by_step(stage: Stage) -> None:
    seconds = only(stage.first_parts, Ran).seconds
    assert list(seconds) == ["sync", "load", "model", "gates", "publish"]


def test_a_figure_that_is_behind_the_truth_is_noticed(stage: Stage) -> None:
    stage.play.vendors.advance(24)
    truth = stage.play.truth()
    assert all(score.differing > 0 for score in truth.scores)
    (error,) = part_errors(truth)
    assert error.code == "TUP-713"


def test_a_day_later_only_what_moved_is_new(stage: Stage) -> None:
    parts = list(stage.play.next_day(stage.last))
    stage.last = only(parts, Ran).result
    changes = only(parts, Changes)
    assert any(restated > 0 for _, _, restated in changes.windows)
    assert any(day.day < changes.first_new_day for day in changes.days)
    assert 0 < len(changes.tables) < changes.all_tables
    assert_meets_truth(parts)


@pytest.mark.parametrize("name", SHOWS)
def test_a_fault_leaves_the_result_right(stage: Stage, name: str) -> None:
    parts = broken(stage, name)
    outcome = only(parts, Outcome)
    assert [error for part in parts for error in part_errors(part)] == []
    assert outcome.held == ()
    assert outcome.all_equal
    assert_meets_truth(parts)
    assert SHOWS[name](outcome)


def test_a_rule_that_never_fires_ends_the_demo(stage: Stage) -> None:
    rules = [{"kind": "garbage", "match": "/no-such-path"}]
    fault = Fault(name="nothing", does="nothing", expected="nothing", rules=rules)
    with pytest.raises(IntegrityError, match="nothing was planted and never fired") as raised:
        list(stage.play.broken(fault, stage.last))
    assert raised.value.code == "TUP-728"


def test_a_missing_rate_is_caught_and_the_last_good_version_stays(stage: Stage) -> None:
    parts = broken(stage, "currency-missing")
    outcome = only(parts, Outcome)
    assert "mart_channel_daily" in outcome.held
    assert outcome.proof is not None
    before, now, had_no_gate_held_it = (amount for _, amount in outcome.proof.sides)
    assert before == now > had_no_gate_held_it > 0
    (error,) = [error for part in parts for error in part_errors(part)]
    assert isinstance(error, QualityError)
    assert only(parts, Changes).days == ()


def test_what_was_played_can_be_shown(stage: Stage) -> None:
    for part in stage.shown:
        view = part_view(part)
        assert all(line.isprintable() for line in view.lines)
        assert view.data


def test_help_names_every_example_and_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split()).replace("- ", "-")
    names = [*example_names(), *fault_names(SCENARIO.folder)]
    assert len(names) > 5
    assert [name for name in names if name not in shown] == []


def test_an_unknown_example_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--example", "brightcard"]) == 3
    shown = capsys.readouterr().err
    assert "TUP-355" in shown
    assert "Did you mean 'brightcart'? Known examples: brightcart" in shown


def test_an_unknown_fault_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--break", "spend-restate"]) == 3
    assert "Did you mean 'spend-restated'?" in capsys.readouterr().err


def test_a_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    assert main(["demo", "-C", str(tmp_path)]) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert "TUP-351" in capsys.readouterr().err
