import hashlib
from pathlib import Path

import pytest

from tests.unit.sources.source_builders import NOW, FakeClock, a_context
from trueup.core.page import Page
from trueup.core.window import Window
from trueup.errors import ConfigError
from trueup.sources.fx import STREAMS, FxConfig, FxSource, create

HEADER = "base,quote,rate_date,rate,provider,published_at\n"
ROW = "EUR,USD,2026-06-01,1.08430,ECB,2026-06-01T15:00:00Z\n"


def a_source(folder: Path, text: str | bytes | None) -> FxSource:
    if text is not None:
        (folder / "rates.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return create(FxConfig(path=Path("rates.csv")), a_context(FakeClock(), folder=folder))


def the_page(source: FxSource) -> Page:
    pages = list(source.read(STREAMS[0], source.accounts()[0], Window(NOW, NOW)))
    assert len(pages) == 1
    return pages[0]


def test_a_rate_keeps_its_digits(tmp_path: Path) -> None:
    page = the_page(a_source(tmp_path, HEADER + ROW))
    assert page.records == [
        b'{"base":"EUR","quote":"USD","rate_date":"2026-06-01","rate":"1.08430",'
        b'"provider":"ECB","published_at":"2026-06-01T15:00:00Z"}'
    ]
    assert page.trace.body_sha256 == hashlib.sha256((HEADER + ROW).encode()).hexdigest()


def test_columns_may_come_in_any_order_and_with_a_byte_order_mark(tmp_path: Path) -> None:
    text = "\ufeffrate,quote,base,provider,published_at,rate_date\n2,USD,EUR,ECB,x,2026-06-01\n\n"
    (record,) = the_page(a_source(tmp_path, text)).records
    assert bytes(record).startswith(
        b'{"base":"EUR","quote":"USD","rate_date":"2026-06-01","rate":"2"'
    )


def test_bad_rows_are_handed_on_and_lose_nobody(tmp_path: Path) -> None:
    text = HEADER + "EUR,USD\n" + ",USD,2026-06-01,x,ECB,y\n" + ROW
    records = the_page(a_source(tmp_path, text)).records
    assert records[0] == b'["EUR","USD"]'
    assert b'"base"' not in bytes(records[1])
    assert len(records) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read"),
        ("", r"\(none\)"),
        ("base,quote\n", "columns base, quote"),
        (b"\xff\xfe", "not CSV"),
        (HEADER + 'EUR,"USD\n', "not CSV"),
    ],
    ids=["missing", "empty", "columns", "utf8", "open-quote"],
)
def test_a_file_that_is_no_rate_table_names_the_setting(
    tmp_path: Path, text: str | bytes | None, message: str
) -> None:
    with pytest.raises(ConfigError, match=rf"sources\.fx\.path: .*{message}"):
        the_page(a_source(tmp_path, text))
