"""Progress: one plain line per event unless a person is watching."""

import os
import pty
import subprocess
import sys

import pytest

from trueup.cli.output.progress import event_line, progress, records_text
from trueup.pipeline.events import Event
from trueup.pipeline.sync.read_progress import ReadProgress

SYNCED = Event("stream_synced", "shopify.orders", 3, 24, {"records": 250, "status": "ok"})


def test_an_event_is_a_verb_a_subject_and_fields() -> None:
    assert event_line(SYNCED) == "stream_synced shopify.orders 3/24 records=250 status=ok"


def test_without_a_terminal_each_event_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=False) as listener:
        listener(SYNCED)
        listener(Event("account_unavailable", "google_ads", fields={"reason": "closed\x1b[2J"}))
    printed = capsys.readouterr()
    assert len(printed.err.splitlines()) == 2
    assert "\x1b" not in printed.err
    assert printed.out == ""


def test_quiet_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=True) as listener:
        listener(SYNCED)
    assert capsys.readouterr().err == ""


def _drawn_in_a_terminal(environment: dict[str, str]) -> str:
    script = (
        "from trueup.cli.output.progress import progress\n"
        "from trueup.pipeline.events import Event\n"
        "with progress(quiet=False) as tell:\n"
        "    tell(Event('stream_synced', 'shopify.orders', 1, 2))\n"
        "    tell(Event('source_failed', 'meta_ads [bold]x[/bold]'))\n"
        "    tell(Event('stream_synced', 'shopify.customers', 2, 2))\n"
    )
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", script], stderr=theirs, env=environment, check=True)
    os.close(theirs)
    drawn = os.read(ours, 100_000).decode()
    os.close(ours)
    return drawn


def test_in_a_terminal_bars_are_drawn_and_names_are_not_markup() -> None:
    drawn = _drawn_in_a_terminal(os.environ | {"TERM": "xterm-256color"})
    assert "Sync" in drawn
    assert "2/2" in drawn
    assert "[bold]x[/bold]" in drawn


def test_results_go_to_stdout_while_bars_are_drawn() -> None:
    script = (
        "from trueup.cli.output.progress import progress\n"
        "from trueup.pipeline.events import Event\n"
        "with progress(quiet=False) as tell:\n"
        "    tell(Event('stream_synced', 'shopify.orders', 1, 2))\n"
        "    tell.rest(); print('figures')\n"
        "    tell(Event('stream_synced', 'shopify.orders', 2, 2)); print('more')\n"
    )
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=theirs, check=True
    )
    os.close(theirs)
    drawn = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.stdout == b"figures\nmore\n"
    assert "figures" not in drawn


def test_no_color_is_honoured() -> None:
    coloured = "\x1b[38;5;"
    assert coloured in _drawn_in_a_terminal(os.environ | {"TERM": "xterm-256color", "NO_COLOR": ""})
    plain = _drawn_in_a_terminal(os.environ | {"TERM": "xterm-256color", "NO_COLOR": "1"})
    assert coloured not in plain


def test_a_long_read_tells_its_records_and_how_many_come_in_a_second() -> None:
    told: list[Event] = []
    seconds = iter([0.0, 1.0, 6.0, 7.0, 12.0])
    read = ReadProgress(told.append, "shopify.orders", "shop", lambda: next(seconds))
    for _ in range(4):
        read.note(3_000)
    assert [event.fields["records"] for event in told] == [6_000, 12_000]
    assert records_text(told[-1]) == "shopify.orders 12,000 records, 1,000/s"
    assert event_line(told[0]) == (
        "records_read shopify.orders scope=shop records=6000 per_second=1000"
    )


def test_a_long_read_is_shown_beside_its_bar() -> None:
    script = (
        "from trueup.cli.output.progress import progress\n"
        "from trueup.pipeline.events import Event\n"
        "with progress(quiet=False) as tell:\n"
        "    fields = {'records': 12000, 'per_second': 800}\n"
        "    tell(Event('records_read', 'shopify.orders', fields=fields))\n"
    )
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color"}
    subprocess.run([sys.executable, "-c", script], stderr=theirs, env=environment, check=True)
    os.close(theirs)
    drawn = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "12,000 records" in drawn
