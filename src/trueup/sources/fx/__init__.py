"""Exchange rates from a CSV file, with provenance: who said what, and when it was published.

Columns, in any order: base, quote, rate_date, rate, provider, published_at. One `base` is worth
`rate` `quote`. Values are handed on as the file's text; nothing is parsed as a number here.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from trueup.core.account import Account
from trueup.core.page import ControlTotal, Page, RequestTrace
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import ConfigError
from trueup.sources.context import SourceContext

COLUMNS = ("base", "quote", "rate_date", "rate", "provider", "published_at")

STREAMS = (
    Stream(
        name="rates",
        kind=StreamKind.SNAPSHOT,
        key=("base", "quote", "rate_date"),
        per_account=False,
    ),
)


class FxConfig(BaseModel):
    """Settings of the exchange rates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Field(description="CSV file of exchange rates; relative to the project's folder.")


class FxSource:
    """A file of rates; all of it is read each time."""

    name = "fx"
    streams = STREAMS

    def __init__(self, settings: FxConfig, context: SourceContext) -> None:
        self._shown = settings.path.name
        self._path = context.folder / settings.path

    def accounts(self) -> list[Account]:
        """The file; raises ConfigError when it cannot be read."""
        self._bytes()
        return [Account(account_id="file", name=self._shown)]

    def read(
        self, stream: Stream, account: Account, window: Window, *, bookmark: str | None = None
    ) -> Iterator[Page]:
        """One page with every row; raises ConfigError when the file is not such a table."""
        del stream, account, window, bookmark
        body = self._bytes()
        trace = RequestTrace(
            method="READ",
            url=f"file:{self._shown}",
            status=200,
            body_sha256=hashlib.sha256(body).hexdigest(),
            body_bytes=len(body),
        )
        yield Page(records=self._records(body), trace=trace)

    def totals(self, stream: Stream, account: Account, window: Window) -> list[ControlTotal]:
        """None: a rate has no sum."""
        del stream, account, window
        return []

    def close(self) -> None:
        """Nothing: the file is open only while it is read."""

    def _bytes(self) -> bytes:
        try:
            return self._path.read_bytes()
        except OSError as error:
            raise self._wrong(f"{self._path} cannot be read ({error.strerror})") from error

    def _records(self, body: bytes) -> list[bytes]:
        try:
            text = body.decode("utf-8-sig")
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise self._wrong(f"{self._path} is not CSV in UTF-8 ({error})") from None
        header = [name.strip() for name in rows[0]] if rows else []
        if sorted(header) != sorted(COLUMNS):
            raise self._wrong(f"{self._path} has the columns {', '.join(header) or '(none)'}")
        return [_record(header, row) for row in rows[1:] if row]

    def _wrong(self, what: str) -> ConfigError:
        return ConfigError(
            f"sources.fx.path: {what}",
            hint=f"Name a CSV file with the columns {', '.join(COLUMNS)}.",
            code="TUP-340",
        )


def create(settings: FxConfig, context: SourceContext) -> FxSource:
    """The source behind `settings`."""
    return FxSource(settings, context)


def _record(header: list[str], row: list[str]) -> bytes:
    """A row as a JSON object without its empty cells.

    A row with too few or too many cells becomes an array, since its cells cannot be assigned to
    columns. The validator quarantines records that are not objects.
    """
    if len(row) != len(header):
        return msgspec.json.encode(row)
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    return msgspec.json.encode({name: cells[name] for name in COLUMNS if cells[name]})
