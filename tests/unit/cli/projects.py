"""Small projects for tests of commands: no vendor, only a file of rates."""

import json
from pathlib import Path

import pytest

from trueup.cli import main

RATES = "base,quote,rate_date,rate,provider,published_at\n"
ROW = "USD,EUR,2026-07-30,0.9,test,2026-07-30T15:00:00Z\n"
NOW = "2026-07-31T06:00:00+00:00"

PROJECT = """
name: rates-only
timezone: Europe/Berlin
currency: EUR
start_date: 2026-07-25
sources:
  fx: {path: fx_rates.csv}
"""
ADS = """
  google_ads:
    client_id: c
    client_secret: ${NEVER_SET}
    refresh_token: r
    developer_token: d
"""


def a_project(folder: Path, *, ads: bool = False, rates: str = RATES + ROW) -> Path:
    """A project folder with one rate; with `ads`, also an ad source whose secret is not set."""
    (folder / "trueup.yml").write_text(PROJECT + (ADS if ads else ""))
    (folder / "fx_rates.csv").write_text(rates)
    return folder


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    """Exit code and JSON object of a command."""
    code = main([*words, "--json"])
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, found
