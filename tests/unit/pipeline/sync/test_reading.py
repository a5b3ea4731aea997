"""What a read counts: no more than what its batches hold."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.lake.lake_builders import a_table
from tests.unit.privacy.privacy_builders import a_door
from trueup.core.page import Account, Page, RequestTrace
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import TransientError
from trueup.pipeline.sync.pages import read_pages
from trueup.pipeline.sync.plan import Read
from trueup.pipeline.sync.reading import Reader, Tally
from trueup.pipeline.sync.windows import read_windows

MIDNIGHT, NEXT = datetime(2026, 6, 2, tzinfo=UTC), datetime(2026, 6, 3, tzinfo=UTC)
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


@pytest.mark.parametrize(("stream", "read"), [(DAYS, read_windows), (CHANGES, read_pages)])
def test_what_was_dropped_with_its_batch_is_not_counted(
    tmp_path: Path, stream: Stream, read: Callable[[Reader, Read], None]
) -> None:
    reader = Reader(
        source=BrokenOff(), source_name="vendor", stream=stream, account=Account(account_id="a"),
        table=a_table(tmp_path), door=a_door(tmp_path, stream), now=NEXT, run_id="run",
    )  # fmt: skip
    with pytest.raises(TransientError):
        read(reader, Read(window=Window(MIDNIGHT, NEXT)))
    assert reader.tally == Tally()
