"""A start before the vendor's reach: later days are read, earlier ones are told and not failed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.lake.lake_builders import a_table
from tests.unit.privacy.privacy_builders import a_validator
from trueup.core.account import Account
from trueup.core.batch import ScopeState
from trueup.core.page import Page, RequestTrace
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import BeyondReachError, IncompleteReadError
from trueup.pipeline.sync.plan import Read, plan_reads
from trueup.pipeline.sync.reach import read_within_reach
from trueup.pipeline.sync.reader import Reader

UTC = ZoneInfo("UTC")
START, KEPT_FROM, TODAY = date(2026, 6, 1), date(2026, 6, 12), date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
ACCOUNT = Account(account_id="a")
DAYS = Stream(
    name="days", kind=StreamKind.REPORT, key=("id",), day="day", lookback=timedelta(days=9),
    days_per_request=7,
)  # fmt: skip


@dataclass
class Forgetful:
    """A source that refuses every question about a day before `kept_from`."""

    kept_from: date = KEPT_FROM
    broken_on: date | None = None
    name: str = "vendor"
    streams: tuple[Stream, ...] = (DAYS,)
    read_days: list[date] = field(default_factory=list)

    def read(self, *asked: object, bookmark: str | None = None) -> Iterator[Page]:
        window = asked[-1]
        assert isinstance(window, Window)
        days = window.days(UTC)
        if days[0] < self.kept_from:
            raise BeyondReachError("too old")
        if self.broken_on in days:
            raise IncompleteReadError("a page is missing")
        self.read_days += days
        records = [b'{"id":"1","day":"%s"}' % day.isoformat().encode() for day in days]
        yield Page(records=records, trace=RequestTrace(method="GET", url="https://v", status=200))


def a_reader(folder: Path, source: Forgetful, now: datetime = NOW) -> Reader:
    return Reader(
        source=source, source_name="vendor", stream=DAYS, account=ACCOUNT, table=a_table(folder),
        validator=a_validator(folder, DAYS), now=now, run_id="run",
    )  # fmt: skip


def sync(folder: Path, source: Forgetful, now: datetime = NOW) -> date | None:
    reader = a_reader(folder, source, now)
    last = reader.last()
    state = last.header.state if last else ScopeState()
    return read_within_reach(reader, plan_reads(DAYS, ACCOUNT, state, now, START))


def in_lake(folder: Path) -> set[date]:
    commits = a_table(folder).commits_after(-1)
    return {window.day for commit in commits for window in commit.header.windows if window.day}


def days(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def test_every_day_that_is_answered_for_is_read_and_the_first_one_is_told(tmp_path: Path) -> None:
    source = Forgetful()
    assert sync(tmp_path, source) == KEPT_FROM
    assert in_lake(tmp_path) == days(KEPT_FROM, TODAY)
    assert len(source.read_days) == len(set(source.read_days))


def test_newer_days_are_in_when_an_older_one_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(IncompleteReadError):
        sync(tmp_path, Forgetful(broken_on=date(2026, 6, 20)))
    assert in_lake(tmp_path) == days(date(2026, 6, 22), TODAY)
    assert sync(tmp_path, Forgetful()) == KEPT_FROM
    assert in_lake(tmp_path) == days(KEPT_FROM, TODAY)


def test_open_days_of_a_first_read_that_was_stopped_are_read_again_in_time(tmp_path: Path) -> None:
    with pytest.raises(IncompleteReadError):
        sync(tmp_path, Forgetful(START, broken_on=date(2026, 6, 8)))
    later = Forgetful()
    sync(tmp_path, later, NOW + timedelta(days=8))
    assert days(date(2026, 6, 21), date(2026, 7, 8)) <= set(later.read_days)


def test_days_asked_for_by_name_that_are_too_old_are_an_error(tmp_path: Path) -> None:
    window = Window.of_day(START, UTC)
    with pytest.raises(BeyondReachError):
        read_within_reach(a_reader(tmp_path, Forgetful()), [Read(window=window, advances=False)])
