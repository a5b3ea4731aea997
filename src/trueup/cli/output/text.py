"""Figures, tables and foreign text as lines for people."""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

COLUMNS = 80


def cleaned(text: object) -> str:
    """`text` on one line, without characters that would steer a terminal or turn it around."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def figure(value: int | Decimal | None) -> str:
    """A number with thousands separated; `n/a` for what is not known, which is not 0."""
    return "n/a" if value is None else f"{value:,}"


def money(amount: Decimal | None) -> str:
    """An amount in major units with its cents, `n/a` when it is not known."""
    return "n/a" if amount is None else f"{amount:,.2f}"


def plural(count: int, noun: str) -> str:
    """`1 gate`, `2 gates`, `1,000 batches`."""
    if count == 1:
        return f"1 {noun}"
    ending = "es" if noun.endswith(("ch", "s", "x")) else "s"
    return f"{count:,} {noun}{ending}"


def moment(value: datetime | None) -> str:
    """A time in UTC, to the minute, zone named; `never` for None."""
    if value is None:
        return "never"
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def wrapped(line: str) -> list[str]:
    """`line` cleaned and broken between words at 80 columns; its further lines are indented."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        cleaned(line),
        COLUMNS,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def unavailable(source: str, account: str, reason: str) -> str:
    """The line of an account that was left out while its siblings went on."""
    why = cleaned(reason or "no reason given")
    return f"    ! {source} · {cleaned(account)}: not available, {why}"


def table(
    headers: Sequence[str], rows: Iterable[Sequence[object]], left: int = 1, indent: int = 4
) -> list[str]:
    """Aligned lines: the first `left` columns to the left, the others, which are figures, right."""
    cells = [[cleaned(cell) for cell in row] for row in (headers, *rows)]
    if len(cells) == 1:
        return []
    widths = [max(len(row[i]) for row in cells) for i in range(len(headers))]
    return [(" " * indent + "   ".join(_aligned(row, widths, left))).rstrip() for row in cells]


def section(title: str, lines: Sequence[str]) -> list[str]:
    """A titled block with a blank line before it; nothing when there is nothing to show."""
    return ["", f"  {title}", *lines] if lines else []


def _aligned(row: Sequence[str], widths: Sequence[int], left: int) -> list[str]:
    return [
        cell.ljust(width) if i < left else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
