"""Output of a run: counts add up, and failures are shown."""

from datetime import UTC, datetime

from trueup.cli.output.results import gates_view, publish_view, sweep_view, sync_view
from trueup.core.account import Account, AccountStatus
from trueup.core.batch import Counts
from trueup.errors import AccessError, IntegrityError
from trueup.pipeline.steps.audit import AuditResult
from trueup.pipeline.steps.publish import PublishResult
from trueup.pipeline.sync.results import StreamResult, SyncResult
from trueup.pipeline.vacuum import SweepResult
from trueup.quality.gates import Gate, Verdict
from trueup.warehouse.manifest import PublishedTable, PublishManifest

NOON = datetime(2026, 7, 31, 12, tzinfo=UTC)


def a_stream(**overrides: object) -> StreamResult:
    tally = Counts(received=1_250, landed=1_000, unchanged=200, deduplicated=40, quarantined=10)
    values = {"source": "shopify", "stream": "orders", "scope": "shop", "tally": tally}
    return StreamResult(**(values | overrides))  # type: ignore[arg-type]  # a builder


def a_gate(name: str = "rates_known") -> Gate:
    return Gate(
        name=name, title="every amount has a rate", sql="select 1", protects=frozenset({"mart_a"}),
        explain="", why="A total would be wrong.", hint="Add the rate.", owner="finance-data",
    )  # fmt: skip


def a_manifest(held_by: tuple[str, ...]) -> PublishManifest:
    table = PublishedTable(
        schema="marts", name="mart_a", publish_id="p1", load_id=1, as_of=NOON, parts=(),
        held_by=held_by,
    )  # fmt: skip
    return PublishManifest(
        publish_id="p2", run_id="r", published_at=NOON, load_id=2, known_at=NOON,
        code_version="0", project_hash="h", tables={"mart_a": table},
    )  # fmt: skip


def test_zero_lost_is_printed_not_implied() -> None:
    lines = sync_view(SyncResult(streams=[a_stream()])).lines
    assert lines[2].split() == ["source", "records", "read", "landed", "no", "change", "repeats",
                                "quarantined", "lost", "windows", "changed"]  # fmt: skip
    assert lines[3].split()[:7] == ["shopify", "1,250", "1,000", "200", "40", "10", "0"]


def test_what_does_not_add_up_is_shown_as_lost() -> None:
    stream = a_stream(tally=Counts(received=100, landed=99))
    assert sync_view(SyncResult(streams=[stream])).lines[3].split()[6] == "1"


def test_a_failed_stream_is_named_with_its_code() -> None:
    stream = a_stream(error=AccessError("token refused"))
    view = sync_view(SyncResult(streams=[stream]))
    assert "    ✗ shopify.orders · shop: TUP-400 token refused" in view.lines
    assert view.data["sync"]["streams"][0]["error"]["exit_code"] == 4  # type: ignore[index]


def test_an_unavailable_account_is_named_with_its_reason() -> None:
    closed = Account(account_id="77", status=AccountStatus.UNAVAILABLE, reason="cancelled")
    lines = sync_view(SyncResult(accounts={"google_ads": [closed]})).lines
    assert "    ! google_ads · 77: not available, cancelled" in lines


def test_a_failed_gate_says_how_often_and_what_it_holds_back() -> None:
    verdict = Verdict(gate=a_gate(), violations=2, examples=("EUR on 2026-07-30",))
    view = gates_view(
        AuditResult(verdicts=(verdict,), withheld_tables={"mart_a": ("rates_known",)})
    )
    assert "FAIL  rates_known   2 violations   EUR on 2026-07-30" in "\n".join(view.lines)
    assert view.data["withheld_tables"] == {"mart_a": ["rates_known"]}


def test_a_held_table_tells_which_version_is_on_show() -> None:
    published = PublishResult(
        manifest=a_manifest(("rates_known",)), withheld_tables={"mart_a": ("rates_known",)},
        changed_tables=(),
    )  # fmt: skip
    text = "\n".join(publish_view(published).lines)
    assert "held  mart_a   showing the version of 2026-07-31 12:00 UTC   by rates_known" in text


def test_nothing_new_is_said() -> None:
    assert "up to date" in publish_view(None).lines[-1]


def test_what_was_swept_from_the_lake_is_told_and_so_is_what_could_not_be() -> None:
    refused = IntegrityError("shopify.orders: cannot be removed", code="TUP-730")
    view = sweep_view(SweepResult(files=1_200, bytes=5_000_000, errors=[refused]))
    assert view.lines[2:] == [
        "    removed 1,200 part files that no commit names · 5,000,000 bytes",
        "    ✗ TUP-730 shopify.orders: cannot be removed",
    ]
    assert (view.data["swept"]["files"], view.data["swept"]["bytes"]) == (1_200, 5_000_000)  # type: ignore[index]
    assert sweep_view(SweepResult()).lines == []
