"""The caller that opened a source closes it at its end, also after an error, never earlier."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.end_to_end.company import write_rates
from trueup.core.stream import Stream
from trueup.errors import AccessError
from trueup.pipeline.events import Event
from trueup.pipeline.inspect import check as checking
from trueup.pipeline.inspect.dry_run import dry_run_sync
from trueup.pipeline.run_context import Run
from trueup.pipeline.settings.config import load_config
from trueup.pipeline.settings.project import Project
from trueup.pipeline.sync.engine import sync
from trueup.sources.context import ignore_incomplete_read
from trueup.sources.fx import STREAMS, FxSource

NOW = datetime(2026, 6, 9, 6, tzinfo=UTC)
PROJECT = """
name: shop
timezone: UTC
currency: USD
start_date: 2026-06-01
sources: {fx: {path: rates.csv}}
"""


@dataclass
class Watched(Project):
    """A project that notes what becomes of its source, and lets it do something at a moment."""

    seen: list[str] = field(default_factory=list)
    accounts_do: Callable[[], None] = lambda: None
    read_does: Callable[[Stream], None] = lambda stream: None
    streams_of_source: tuple[Stream, ...] = STREAMS

    def connect(
        self,
        name: str,
        now: datetime,
        on_incomplete_read: Callable[[str], None] = ignore_incomplete_read,
    ) -> FxSource:
        real, seen, project = super().connect(name, now, on_incomplete_read), self.seen, self

        class Noted(FxSource):
            def __init__(self) -> None:
                self.__dict__ = dict(real.__dict__)
                self.streams = project.streams_of_source

            def accounts(self):
                seen.append("asked")
                project.accounts_do()
                return super().accounts()

            def read(self, stream, *arguments, **options):
                project.read_does(stream)
                pages = list(super().read(stream, *arguments, **options))
                seen.append("read" if stream.name == "rates" else "slow to the end")
                return iter(pages)

            def close(self):
                seen.append("closed")

        return Noted()


@pytest.fixture
def project(tmp_path: Path) -> Watched:
    (tmp_path / "trueup.yml").write_text(PROJECT)
    write_rates(tmp_path / "rates.csv", date(2026, 6, 1), 3)
    return Watched(folder=tmp_path, config=load_config(tmp_path, {}))


def synced(project: Watched, listener=lambda event: None):
    return sync(Run(project=project, now=NOW, run_id="r", listener=listener), ["fx"])


def refuse(stream: object = None) -> None:
    raise AccessError("no")


def interrupt(event: object = None) -> None:
    raise KeyboardInterrupt


def test_a_sync_closes_its_source_after_the_last_page(project: Watched) -> None:
    assert synced(project).errors() == []
    assert project.seen == ["asked", "read", "closed"]


def test_a_sync_whose_source_refuses_closes_it(project: Watched) -> None:
    project.accounts_do = refuse
    assert len(synced(project).errors()) == 1
    assert project.seen == ["asked", "closed"]


def test_a_sync_whose_read_fails_closes_its_source(project: Watched) -> None:
    project.read_does = refuse
    assert len(synced(project).errors()) == 1
    assert project.seen == ["asked", "closed"]


@pytest.mark.parametrize("moment", ["accounts_do", "read_does"])
def test_ctrl_c_closes_the_source(project: Watched, moment: str) -> None:
    setattr(project, moment, interrupt)
    with pytest.raises(KeyboardInterrupt):
        synced(project)
    assert project.seen == ["asked", "closed"]


def test_ctrl_c_lets_threads_that_read_come_to_their_end_first(project: Watched) -> None:
    project.streams_of_source = (*STREAMS, replace(STREAMS[0], name="slow_rates"))
    run = Run(project=project, now=NOW, run_id="r", listener=interrupt)

    def wait_for_ctrl_c(stream: Stream) -> None:
        if stream.name == "slow_rates":
            assert run.stop.wait(10)
            time.sleep(0.1)

    project.read_does = wait_for_ctrl_c
    with pytest.raises(KeyboardInterrupt):
        sync(run, ["fx"])
    assert project.seen == ["asked", "read", "slow to the end", "closed"]


def test_a_preview_closes_its_source(project: Watched) -> None:
    dry_run_sync(project, ["fx"], NOW)
    assert project.seen == ["asked", "closed"]


def test_a_preview_whose_source_refuses_closes_it(project: Watched) -> None:
    project.accounts_do = refuse
    with pytest.raises(AccessError):
        dry_run_sync(project, ["fx"], NOW)
    assert project.seen == ["asked", "closed"]


@pytest.mark.parametrize("accounts_do", [lambda: None, refuse], ids=["fine", "refused"])
def test_a_check_closes_its_source(project: Watched, accounts_do, monkeypatch) -> None:
    project.accounts_do = accounts_do
    monkeypatch.setattr(checking, "open_project", lambda folder: project)
    checking.check(project.folder, NOW)
    assert project.seen == ["asked", "closed"]


def test_an_event_of_the_sync_comes_before_the_end(project: Watched) -> None:
    def listener(event: Event) -> None:
        project.seen.append(event.kind)

    synced(project, listener)
    assert project.seen[-2:] == ["stream_synced", "closed"]
