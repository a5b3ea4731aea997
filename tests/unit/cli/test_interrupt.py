"""Ctrl-C ends a sync at its next pages, keeps what was committed, and says so."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.unit.pipeline.demo.scenarios import brightcart
from trueup.pipeline.demo.folder import make_folder, publish_files
from trueup.pipeline.demo.scenario import environment_of
from trueup.pipeline.demo.simulators import Simulators, simulators

SECONDS = 90
SCENARIO = brightcart(days=12)
# Slow enough that the read cannot end before the signal comes, however busy the machine is.
SLOW_SHOP = {"kind": "hang", "match": "/shopify", "times": None, "params": {"seconds": 2}}


def started(folder: Path, vendors: Simulators) -> subprocess.Popen[str]:
    credentials = environment_of(SCENARIO, vendors.announced)
    environment = {**os.environ, **credentials, "TRUEUP_NOW": vendors.now().isoformat()}
    return subprocess.Popen(
        [sys.executable, "-m", "trueup", "sync", "-C", str(folder)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_ctrl_c_stops_at_the_next_page_and_the_next_run_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    make_folder(folder, SCENARIO)
    with simulators(tmp_path, SCENARIO.simulators) as vendors:
        publish_files(folder, SCENARIO, vendors.now())
        vendors.plant([SLOW_SHOP])
        first = started(folder, vendors)
        assert first.stderr is not None
        seen = first.stderr.readline()
        first.send_signal(signal.SIGINT)
        _, rest = first.communicate(timeout=SECONDS)
        vendors.heal()
        again = started(folder, vendors)
        table, _ = again.communicate(timeout=SECONDS)
    assert seen
    assert (first.returncode, again.returncode) == (130, 0)
    assert "shopify.orders" not in rest
    assert "✗ TUP-130  stopped by Ctrl-C: 0 records lost" in rest
    assert "✗" not in table
