"""Report windows: which day a record falls on, and when a day lands."""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from tests.unit.lake.lake_builders import a_table
from trueup.core.account import Account
from trueup.core.page import Page, RequestTrace
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import TransientError
from trueup.ingest.validator import RecordValidator
from trueup.pipeline.sync.plan import Read
from trueup.pipeline.sync.reader import Reader
from trueup.pipeline.sync.window_reader import local_day, read_windows
from trueup.privacy.vault import Vault
from trueup.sources.records import split

NEW_YORK = ZoneInfo("America/New_York")
SHOP = Account(account_id="shop", timezone="America/New_York")
DAY = Window.of_day(date(2026, 6, 2), NEW_YORK)
LISTED = Stream(
    name="listed",
    kind=StreamKind.REPORT,
    key=("id",),
    day="at",
    settle_lag=timedelta(hours=1),
    lookback=timedelta(days=9),
)
TRACE = RequestTrace(method="GET", url="https://vendor", status=200)
PAGE_RECORDS = 256


class OnePage:
    """A source whose only page never changes."""

    name = "vendor"
    streams = (LISTED,)

    def read(self, *_: object, bookmark: str | None = None) -> Iterator[Page]:
        del bookmark
        yield Page(records=[b'{"id":"1","at":"2026-06-03T03:59:59Z"}'], trace=TRACE)


def windows_landed(folder: Path, *times: datetime) -> list[int]:
    """Number of windows that landed at each of these times."""
    vault = Vault.open(folder / "vault", os.urandom(32))
    found = []
    for now in times:
        validator = RecordValidator(LISTED, vault, now=now)
        reader = Reader(
            source=OnePage(), source_name="vendor", stream=LISTED, account=SHOP,
            table=a_table(folder), validator=validator, now=now, run_id="run",
        )  # fmt: skip
        read_windows(reader, Read(window=DAY))
        found.append(reader.tally.windows_changed)
    return found


def test_a_day_lands_once_more_when_it_is_settled(tmp_path: Path) -> None:
    noon, settled = DAY.since + timedelta(hours=12), DAY.until + LISTED.settle_lag
    times = [noon, settled - timedelta(seconds=1), settled, settled + timedelta(days=1)]
    assert windows_landed(tmp_path, *times) == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-06-02", "2026-06-02"),
        ("2026-06-03T03:59:59Z", "2026-06-02"),
        ("2026-06-03T04:00:00Z", "2026-06-03"),
        ("2026-06-03T00:00:00+00:00", "2026-06-02"),
        ("2026-06-03T04:00:00", "2026-06-03T04:00:00"),
        ("not a date at all", "not a date at all"),
    ],
)
def test_an_instant_falls_on_a_day_of_the_accounts_zone(text: str, day: str) -> None:
    assert local_day(text, NEW_YORK) == day


class BigPages:
    """A source of pages of many records each; it fails after `whole_pages` of them."""

    name = "vendor"
    streams = (LISTED,)

    def __init__(self, pages: int, whole_pages: int) -> None:
        self._pages, self._whole_pages = pages, whole_pages

    def read(self, *_: object, bookmark: str | None = None) -> Iterator[Page]:
        del bookmark
        for number in range(self._pages):
            if number == self._whole_pages:
                raise TransientError("the vendor is gone", code="TUP-757")
            yield Page(records=split(page_body(number), ()).records, trace=TRACE)


def page_body(number: int) -> bytes:
    first = number * PAGE_RECORDS
    rows = [f'{{"id":"{first + n}","at":"2026-06-02"}}' for n in range(PAGE_RECORDS)]
    return f"[{','.join(rows)}]".encode()


def a_reader(folder: Path, vault: Vault, source: BigPages) -> Reader:
    now = DAY.until + timedelta(days=1)
    return Reader(
        source=source, source_name="vendor", stream=LISTED, account=SHOP,
        table=a_table(folder), validator=RecordValidator(LISTED, vault, now=now), now=now,
        run_id="run",
    )  # fmt: skip


def read_big_pages(folder: Path, vault: Vault, whole_pages: int) -> Reader:
    reader = a_reader(folder, vault, BigPages(5, whole_pages))
    read_windows(reader, Read(window=DAY))
    return reader


class StopsAtThird(BigPages):
    """Ctrl-C comes while the third page is on its way."""

    reader: Reader

    def read(self, *arguments: object, bookmark: str | None = None) -> Iterator[Page]:
        for number, page in enumerate(super().read(*arguments, bookmark=bookmark)):
            if number == 2:
                self.reader.stop.set()
            yield page


def test_a_stopped_read_ends_at_its_next_page_and_lands_nothing(tmp_path: Path) -> None:
    source = StopsAtThird(100, 100)
    source.reader = a_reader(tmp_path, Vault.open(tmp_path / "vault", os.urandom(32)), source)
    with pytest.raises(TransientError, match=r"vendor\.listed: the run was stopped"):
        read_windows(source.reader, Read(window=DAY))
    assert source.reader.tally.received == 0
    assert list(tmp_path.rglob("*.parquet")) == []


def test_pages_land_in_their_order_or_not_at_all(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path / "vault", os.urandom(32))
    for whole_pages in range(5):
        with pytest.raises(TransientError):
            read_big_pages(tmp_path, vault, whole_pages)
    assert list(tmp_path.rglob("*.parquet")) == []
    first, again = (read_big_pages(tmp_path, vault, 5).tally for _ in range(2))
    assert (first.received, first.landed, again.landed) == (5 * PAGE_RECORDS, 5 * PAGE_RECORDS, 0)
    (part,) = tmp_path.rglob("*.parquet")
    landed = pq.read_table(part, columns=["payload", "page_index", "record_index"]).to_pylist()
    assert [row["payload"].encode() for row in landed] == [
        record for number in range(5) for record in split(page_body(number), ()).records
    ]
    places = [divmod(n, PAGE_RECORDS) for n in range(5 * PAGE_RECORDS)]
    assert [(row["page_index"], row["record_index"]) for row in landed] == places
