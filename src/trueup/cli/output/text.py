"""Figures, tables and foreign text as lines for people."""

import io
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.measure import Measurement

GAP = "  "
WIDEST = 100_000

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


def one_of(names: Sequence[str]) -> str:
    """`a, b or c`; `none` for no name."""
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} or {names[-1]}"


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
    """Aligned lines: the first `left` columns to the left, the others, which are figures, right.

    In a terminal, cells are wrapped between words to fit its width; elsewhere each row is one line.
    """
    from rich.console import Console
    from rich.measure import measure_renderables
    from rich.table import Table
    from rich.text import Text

    cells = [[Text(cleaned(cell)) for cell in row] for row in (headers, *rows)]
    if len(cells) == 1:
        return []
    console = Console(file=io.StringIO(), width=WIDEST, color_system=None)
    spans = [
        measure_renderables(console, console.options, column) for column in zip(*cells, strict=True)
    ]
    widths = _fitted(spans, _room() - indent - len(GAP) * (len(headers) - 1))
    drawn = Table.grid(padding=(0, len(GAP), 0, 0))
    for i, width in enumerate(widths):
        drawn.add_column(justify="left" if i < left else "right", width=width)
    for row in cells:
        drawn.add_row(*row)
    with console.capture() as captured:
        console.print(drawn)
    return [(" " * indent + line).rstrip() for line in captured.get().splitlines()]


def section(title: str, lines: Sequence[str]) -> list[str]:
    """A titled block with a blank line before it; nothing when there is nothing to show."""
    return ["", f"  {title}", *lines] if lines else []


def _fitted(spans: Sequence["Measurement"], room: int) -> list[int]:
    """Widths of columns that fit into `room` together, but for words that are longer."""
    widths = [span.maximum for span in spans]
    while sum(widths) > room:
        spare = [width - span.minimum for width, span in zip(widths, spans, strict=True)]
        if max(spare) <= 0:
            break
        widths[spare.index(max(spare))] -= 1
    return widths


def _room() -> int:
    """The columns of the terminal that stdout goes to; no bound where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDEST
