"""A day of ad rows through a sync's own way into the lake, with pages from memory, not HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from trueup.core.account import Account
from trueup.core.page import ControlTotal, Page, RequestTrace
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.ingest.validator import RecordValidator
from trueup.lake.layout import open_lake
from trueup.lake.table import StreamTable
from trueup.pipeline.sync.plan import Read
from trueup.pipeline.sync.reader import Reader
from trueup.pipeline.sync.window_reader import read_windows
from trueup.privacy.vault import Vault
from trueup.sources.records import split

# As the connector has it, which is not imported: with it comes an HTTP client.
AD_DAYS = Stream(
    name="ad_days",
    kind=StreamKind.REPORT,
    key=("adGroup.id", "adGroupAd.ad.id", "segments.date"),
    day="segments.date",
    lookback=timedelta(days=30),
)
ACCOUNT = Account(account_id="1234567890", timezone="Europe/Berlin", currency="EUR")
_TRACE = RequestTrace(method="POST", url="memory", status=200)


@dataclass(slots=True)
class PagesInMemory:
    """A Source that hands on the pages it was given, split as the connector splits answers."""

    pages: Iterator[bytes]
    name: str = "google_ads"
    streams: tuple[Stream, ...] = (AD_DAYS,)

    def accounts(self) -> list[Account]:
        return [ACCOUNT]

    def read(
        self, stream: Stream, account: Account, window: Window, *, bookmark: str | None = None
    ) -> Iterator[Page]:
        del stream, account, window, bookmark
        for body in self.pages:
            yield Page(records=split(body, ("results",)).records, trace=_TRACE)

    def totals(self, stream: Stream, account: Account, window: Window) -> list[ControlTotal]:
        del stream, account, window
        return []

    def vendor_time(self) -> datetime | None:
        """None: pages in memory have the run's clock."""
        return None

    def close(self) -> None:
        """Nothing is open."""


def land(pages: Iterator[bytes], folder: Path, day: date) -> int:
    """Read, check and commit the pages as one day; returns how many records landed."""
    now = datetime.combine(day + timedelta(days=1), time(6), UTC)
    open_lake(folder)
    reader = Reader(
        source=PagesInMemory(pages),
        source_name="google_ads",
        stream=AD_DAYS,
        account=ACCOUNT,
        table=StreamTable(folder, "google_ads", AD_DAYS.name),
        validator=RecordValidator(AD_DAYS, Vault.open(folder / "vault.sqlite", bytes(32)), now=now),
        now=now,
        run_id="benchmark",
    )
    read_windows(reader, Read(window=Window.of_day(day, reader.zone)))
    if reader.tally.quarantined:
        raise SystemExit(f"{reader.tally.quarantined} records were refused")
    return reader.tally.landed
