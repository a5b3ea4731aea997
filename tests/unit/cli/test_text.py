"""Figures and foreign text as people read them."""

import os
import pty
import subprocess
import sys
import termios
from datetime import UTC, datetime
from decimal import Decimal

from trueup.cli.output.text import cleaned, figure, moment, money, plural, section, table


def test_what_is_not_known_is_not_zero() -> None:
    assert (figure(None), money(None), moment(None)) == ("n/a", "n/a", "never")
    assert (figure(0), money(Decimal(0))) == ("0", "0.00")


def test_figures_are_right_aligned_under_their_unit() -> None:
    lines = table(("stream", "rows"), [("orders", figure(1_234)), ("ads", figure(7))])
    assert lines == ["    stream   rows", "    orders  1,234", "    ads         7"]


SYNCED = """
from trueup.cli.output.text import table
headers = ("source", "records read", "landed", "no change", "repeats", "quarantined", "lost",
           "windows changed", "")
rows = [("google_ads", "134,567", "134,000", "567", "0", "0", "0", "1,000 of 2,000", "✓"),
        ("shopify", "3", "3", "0", "0", "0", "n/a", "0 of 0", "✗")]
print(*table(headers, rows), sep="\\n")
"""


def test_in_a_terminal_a_table_fits_80_columns_and_no_word_is_cut() -> None:
    controller, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    subprocess.run([sys.executable, "-c", SYNCED], stdout=terminal, env=environment, check=True)
    os.close(terminal)
    shown = os.read(controller, 100_000).decode()
    os.close(controller)
    assert "\x1b" not in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    for word in ("google_ads", "134,567", "quarantined", "1,000", "✗"):
        assert word in shown.split()


def test_in_a_pipe_a_row_is_one_line_without_colours() -> None:
    environment = os.environ | {"COLUMNS": "40", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    command = [sys.executable, "-c", SYNCED]
    shown = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert "\x1b" not in shown.stdout
    _, google, shop = shown.stdout.splitlines()
    assert google.split()[-4:] == ["1,000", "of", "2,000", "✓"]
    assert shop.endswith("0 of 0  ✗")


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
