"""Texts from outside: shown as text, cut to a line, harmless in a spreadsheet."""

import csv
import html
import io
from decimal import Decimal

import pyarrow as pa

SHOWN_CHARACTERS = 80

# Control characters, line separators, and marks that reorder or hide the text around them.
# Joiners stay: scripts and emoji need them.
_UNSHOWABLE = (
    r"[\p{Cc}\x{00AD}\x{061C}\x{200B}\x{200E}\x{200F}\x{2028}-\x{202E}\x{2066}-\x{2069}\x{FEFF}]"
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in r"\`*_{}[]()<>#+-.!|$~:"})


def shown(column: str) -> str:
    """SQL for `column` as one line of at most `SHOWN_CHARACTERS`.

    Cut where the data is, so that ten megabytes of a name never reach a page.
    """
    most = SHOWN_CHARACTERS
    line = rf"regexp_replace(left({column}, {most}), '{_UNSHOWABLE}', '�', 'g')"
    return (
        f"case when {column} is null or trim({column}) = '' then '(no name)' "
        f"when length({column}) > {most} then left({line}, {most - 1}) || '…' "
        f"else {line} end"
    )


def as_html(text: str) -> str:
    """`text` inside an element or a quoted attribute."""
    return html.escape(text, quote=True)


def as_markdown(text: str) -> str:
    """`text` where Streamlit reads Markdown: nothing in it is a link, an icon or a formula."""
    return text.translate(_MARKDOWN)


def as_csv(table: pa.Table) -> bytes:
    """`table` as CSV for spreadsheets: no text cell is read as a formula; unknown is empty.

    Numbers are written to their last digit. Raises TypeError for floats, which have no such digit.
    """
    for field in table.schema:
        if pa.types.is_floating(field.type):
            raise TypeError(f"column {field.name!r} has floats, a download has exact decimals")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_cell(name) for name in table.column_names)
    columns = [column.to_pylist() for column in table.columns]
    writer.writerows([_cell(value) for value in row] for row in zip(*columns, strict=True))
    # The byte order mark makes Excel read UTF-8.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, list):
        return " ".join("unknown" if item is None else str(_cell(item)) for item in value)
    if isinstance(value, Decimal):
        # As `str`, a zero with ten places would be 0E-10.
        return f"{value:f}"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return value
