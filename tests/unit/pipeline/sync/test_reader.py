"""Counts of a read: records of its own batches, and records of earlier ones."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
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
from trueup.errors import TransientError
from trueup.pipeline.sync import incremental_reader
from trueup.pipeline.sync.incremental_reader import read_pages
from trueup.pipeline.sync.plan import Read
from trueup.pipeline.sync.reader import Reader
from trueup.pipeline.sync.window_reader import read_windows

FIRST, SECOND = (Window.of_day(date(2026, 6, day), ZoneInfo("UTC")) for day in (2, 3))
DAYS = Stream(name="days", kind=StreamKind.REPORT, key=("id",), day="day")
CHANGES = Stream(name="changes", kind=StreamKind.INCREMENTAL, key=("id",), cursor="at")
TRACE = RequestTrace(method="GET", url="https://vendor", status=200)


class BrokenOff:
    """A source that fails behind its second page."""

    name = "vendor"
    streams = (DAYS, CHANGES)

    def read(self, *_: object, bookmark: str | None = None) -> Iterator[Page]:
        del bookmark
        for number in b"12":
            record = b'{"id":"%c","day":"2026-06-02","at":"2026-06-02T12:00:00Z"}' % number
            yield Page(records=[record], trace=TRACE)
        raise TransientError("the vendor hung up")


class OneBadRecord(BrokenOff):
    """A source of which each day has a record, and the first one also a broken one."""

    def read(self, *asked: object, bookmark: str | None = None) -> Iterator[Page]:
        del bookmark
        window = asked[-1]
        assert isinstance(window, Window)
        records = [b'{"id":"1","day":"%s"}' % window.since.date().isoformat().encode()]
        yield Page(records=records + [b"{"] * (window == FIRST), trace=TRACE)


def a_reader(folder: Path, source: BrokenOff, stream: Stream = DAYS) -> Reader:
    return Reader(
        source=source, source_name="vendor", stream=stream, account=Account(account_id="a"),
        table=a_table(folder), validator=a_validator(folder, stream), now=SECOND.until,
        run_id="run",
    )  # fmt: skip


@pytest.mark.parametrize(("stream", "read"), [(DAYS, read_windows), (CHANGES, read_pages)])
def test_what_was_dropped_with_its_batch_is_not_counted(
    tmp_path: Path, stream: Stream, read: Callable[[Reader, Read], None]
) -> None:
    reader = a_reader(tmp_path, BrokenOff(), stream)
    with pytest.raises(TransientError):
        read(reader, Read(window=FIRST))
    assert reader.tally == Counts()


def test_a_record_that_was_kept_aside_is_so_once_whatever_was_read_since(tmp_path: Path) -> None:
    kept_aside = []
    for _ in "12":
        reader = a_reader(tmp_path, OneBadRecord())
        for window in (FIRST, SECOND):
            read_windows(reader, Read(window=window))
        kept_aside.append(reader.tally.quarantined)
    assert kept_aside == [1, 0]


class Whole(BrokenOff):
    """A source that hands over its two pages, each with a bookmark, and ends."""

    def read(self, *asked: object, bookmark: str | None = None) -> Iterator[Page]:
        with suppress(TransientError):
            for page in super().read(*asked, bookmark=bookmark):
                yield replace(page, bookmark="on")


def test_counts_of_all_batches_of_a_read_are_summed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incremental_reader, "BATCH_RECORDS", 1)
    reader = a_reader(tmp_path, Whole(), CHANGES)
    read_pages(reader, Read(window=FIRST))
    counted = [commit.header.counts for commit in reader.table.commits_after(-1)]
    assert counted == [Counts(received=1, landed=1), Counts(received=1, landed=1), Counts()]
    assert reader.tally == Counts(received=2, landed=2)


def test_a_read_without_news_is_counted(tmp_path: Path) -> None:
    tallies, restated = [], replace(DAYS, lookback=timedelta(days=9))
    for _ in "12":
        reader = a_reader(tmp_path, Whole(), restated)
        read_windows(reader, Read(window=FIRST))
        tallies.append(reader.tally)
    assert tallies == [
        Counts(received=2, landed=2, windows_read=1, windows_changed=1),
        Counts(received=2, unchanged=2, windows_read=1),
    ]
