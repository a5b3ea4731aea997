"""A read that does not prove complete is discarded and begun again; nothing of it lands twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.lake.lake_builders import a_table
from tests.unit.privacy.privacy_builders import a_validator
from trueup.core.account import Account
from trueup.core.batch import Counts
from trueup.core.page import Page, RequestTrace
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import IncompleteReadError
from trueup.pipeline.sync import incremental_reader
from trueup.pipeline.sync.incremental_reader import read_pages
from trueup.pipeline.sync.plan import Read
from trueup.pipeline.sync.reader import READ_ATTEMPTS, Reader
from trueup.pipeline.sync.window_reader import read_windows

DAY = Window.of_day(date(2026, 6, 2), ZoneInfo("UTC"))
DAYS = Stream(name="days", kind=StreamKind.REPORT, key=("id",), day="day")
CHANGES = Stream(name="changes", kind=StreamKind.INCREMENTAL, key=("id",), cursor="at")
TRACE = RequestTrace(method="GET", url="https://vendor", status=200)


@dataclass
class Incomplete:
    """A source whose first `times` reads lose their last record; each page has a bookmark."""

    times: int
    name: str = "vendor"
    streams: tuple[Stream, ...] = (DAYS, CHANGES)
    bookmarks: list[str | None] = field(default_factory=list)

    def read(self, *_: object, bookmark: str | None = None) -> Iterator[Page]:
        self.bookmarks.append(bookmark)
        is_whole = len(self.bookmarks) > self.times
        for number in b"123" if is_whole else b"12":
            record = b'{"id":"%c","day":"2026-06-02","at":"2026-06-02T12:00:00Z"}' % number
            yield Page(records=[record], trace=TRACE, bookmark=chr(number))
        if not is_whole:
            raise IncompleteReadError("3 records announced, 2 received")


def a_reader(folder: Path, source: Incomplete, stream: Stream, heard: list[str]) -> Reader:
    return Reader(
        source=source, source_name="vendor", stream=stream, account=Account(account_id="a"),
        table=a_table(folder), validator=a_validator(folder, stream), now=DAY.until,
        run_id="run", on_restart=heard.append,
    )  # fmt: skip


def test_a_report_lands_once_from_the_attempt_that_is_complete(tmp_path: Path) -> None:
    heard: list[str] = []
    reader = a_reader(tmp_path, Incomplete(READ_ATTEMPTS - 1), DAYS, heard)
    read_windows(reader, Read(window=DAY))
    [commit] = reader.table.commits_after(-1)
    assert (commit.header.counts.landed, reader.tally.landed) == (3, 3)
    assert heard == ["3 records announced, 2 received"] * (READ_ATTEMPTS - 1)


def test_a_report_that_is_never_complete_lands_nothing(tmp_path: Path) -> None:
    source = Incomplete(99)
    reader = a_reader(tmp_path, source, DAYS, [])
    with pytest.raises(IncompleteReadError):
        read_windows(reader, Read(window=DAY))
    assert list(reader.table.commits_after(-1)) == []
    assert list(tmp_path.rglob("*.parquet")) == []
    assert len(source.bookmarks) == READ_ATTEMPTS
    assert reader.tally == Counts()


def test_a_cursor_read_begins_at_its_window_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incremental_reader, "BATCH_RECORDS", 1)
    source = Incomplete(1)
    reader = a_reader(tmp_path, source, CHANGES, [])
    read_pages(reader, Read(window=DAY))
    assert source.bookmarks == [None, None]
    commits = [commit.header.counts.landed for commit in reader.table.commits_after(-1)]
    assert commits == [1, 1, 0, 1, 0]


def test_a_bookmark_behind_a_hole_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incremental_reader, "BATCH_RECORDS", 1)
    reader = a_reader(tmp_path, Incomplete(99), CHANGES, [])
    with pytest.raises(IncompleteReadError):
        read_pages(reader, Read(window=DAY))
    last = reader.last()
    assert last is not None
    state = last.header.state
    assert (state.bookmark, state.reading_until, state.cursor_until) == (None, None, None)
    assert reader.tally.landed == 2
