"""Figures and foreign text as people read them."""

from datetime import UTC, datetime
from decimal import Decimal

from trueup.cli.output.text import cleaned, figure, moment, money, plural, section, table


def test_what_is_not_known_is_not_zero() -> None:
    assert (figure(None), money(None), moment(None)) == ("n/a", "n/a", "never")
    assert (figure(0), money(Decimal(0))) == ("0", "0.00")


def test_figures_are_right_aligned_under_their_unit() -> None:
    lines = table(("stream", "rows"), [("orders", figure(1_234)), ("ads", figure(7))])
    assert lines == ["    stream    rows", "    orders   1,234", "    ads          7"]


def test_a_table_without_rows_is_no_table() -> None:
    assert table(("stream", "rows"), []) == []
    assert section("Load", []) == []


def test_a_hostile_name_stays_on_its_line() -> None:
    name = "sale\x1b[2J\r\n\u202eevil\x00"
    (line,) = table(("name", "rows"), [(name, "1")])[1:]
    assert line.isprintable()


def test_emoji_and_accents_are_kept() -> None:
    assert cleaned("Größe 🛒") == "Größe 🛒"


def test_times_name_their_zone() -> None:
    assert moment(datetime(2026, 7, 31, 6, 4, 59, tzinfo=UTC)) == "2026-07-31 06:04 UTC"


def test_nouns_follow_their_number() -> None:
    assert [plural(n, "batch") for n in (0, 1, 2_000)] == ["0 batches", "1 batch", "2,000 batches"]
