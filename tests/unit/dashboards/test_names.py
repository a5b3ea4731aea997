"""Texts from outside stay texts: in tables, in markup and in spreadsheets."""

import csv
import io
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from trueup_dashboards.names import SHOWN_CHARACTERS, as_csv, as_html, as_markdown, shown


def line_of(name: str | None) -> str:
    with duckdb.connect() as connection:
        select = f"select {shown('name')} from (select $name::varchar as name)"
        found: str = connection.execute(select, {"name": name}).fetchall()[0][0]
    return found


def cells_of(*values: Any) -> list[str]:
    written = as_csv(pa.table({"name": list(values)})).decode("utf-8-sig")
    return [row[0] for row in csv.reader(io.StringIO(written, newline=""))][1:]


@pytest.mark.parametrize("name", ["<b>bold</b>", "=1+1", "{{ 7*7 }}", "'; drop table x", "حملة"])
def test_a_name_is_shown_as_it_is(name: str) -> None:
    assert line_of(name) == name


def test_ten_megabytes_of_a_name_become_one_short_line() -> None:
    assert line_of("x" * 10_000_000) == "x" * (SHOWN_CHARACTERS - 1) + "…"


def test_a_name_that_just_fits_is_not_cut() -> None:
    assert line_of("y" * SHOWN_CHARACTERS) == "y" * SHOWN_CHARACTERS


@pytest.mark.parametrize(
    "mark", ["\x00", "\t", "\n", "\x85", "\u202e", "\u2066", "\u2028", "\ufeff"]
)
def test_marks_that_hide_or_reorder_text_are_made_visible(mark: str) -> None:
    assert line_of(f"a{mark}b") == "a�b"


@pytest.mark.parametrize("name", [None, "", "   "])
def test_a_missing_name_says_so(name: str | None) -> None:
    assert line_of(name) == "(no name)"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_cell_starts_a_formula(start: str) -> None:
    assert cells_of(f"{start}cmd()") == [f"'{start}cmd()"]


def test_a_column_name_starts_no_formula_either() -> None:
    assert as_csv(pa.table({"=x": [1]})).decode("utf-8-sig").startswith("'=x")


def test_negative_numbers_stay_numbers() -> None:
    assert cells_of(Decimal("-1.5"), Decimal("2.0")) == ["-1.5", "2.0"]


def test_an_unknown_value_is_an_empty_cell_and_zero_is_zero() -> None:
    assert cells_of(None, Decimal("0.0")) == ["", "0.0"]


@pytest.mark.parametrize(
    "digits", ["0.0000000000", "9007199254740993.000001", "-99999999999999.999999", "0.1"]
)
def test_amounts_keep_every_digit(digits: str) -> None:
    assert cells_of(Decimal(digits)) == [digits]


def test_amounts_by_day_keep_every_digit_and_name_unknown_days() -> None:
    assert cells_of([Decimal("0.10"), None, Decimal("3")]) == ["0.10 unknown 3.00"]


def test_a_float_is_no_exact_amount() -> None:
    with pytest.raises(TypeError, match="'spend' has floats"):
        as_csv(pa.table({"spend": [0.1]}))


def test_quotes_and_line_breaks_survive_the_file() -> None:
    assert cells_of('a "quoted", b', "two\nlines") == ['a "quoted", b', "two\nlines"]


def test_markup_is_no_markup() -> None:
    assert as_html("<img src=x onerror='alert(1)'>&\"") == (
        "&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt;&amp;&quot;"
    )


def test_markdown_is_no_markdown() -> None:
    assert as_markdown("[a](b) **c** :red[d] $x$") == (r"\[a\]\(b\) \*\*c\*\* \:red\[d\] \$x\$")
