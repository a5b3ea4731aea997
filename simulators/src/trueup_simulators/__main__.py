"""`python -m trueup_simulators serve`: the simulators as a process of their own."""

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import get_args

import uvicorn

from trueup_simulators.control import describe
from trueup_simulators.faults import FaultPlan
from trueup_simulators.server import base_url, build_app, listening_socket, uvicorn_config
from trueup_simulators.world import SimulatedClock, World, WorldConfig
from trueup_simulators.world.config import Scale


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve until interrupted."""
    options = _parser().parse_args(arguments)
    config = WorldConfig(
        seed=options.seed,
        start=options.start,
        days=options.days,
        scale=options.scale,
        hostile_names=options.hostile_names,
    )
    serve(config, options.port, options.ready_file, options.truth_dir)
    return 0


def serve(config: WorldConfig, port: int, ready_file: Path | None, truth_dir: Path | None) -> None:
    """Announce on stdout (and in `ready_file`) once the socket listens, then serve."""
    world = World(config)
    clock = SimulatedClock(config.clock_start)
    app = build_app(world, clock, FaultPlan())
    if truth_dir is not None:
        world.truth(clock.now()).write(truth_dir)
    listener = listening_socket(port)
    line = json.dumps({"base_url": base_url(listener)} | describe(world, clock))
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    if ready_file is not None:
        _write_atomically(ready_file, line + "\n")
    uvicorn.Server(uvicorn_config(app)).run([listener])


def _write_atomically(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trueup_simulators", description=__doc__)
    serving = parser.add_subparsers(required=True).add_parser("serve", help="serve the vendors")
    serving.add_argument("--seed", type=int, default=7)
    serving.add_argument("--days", type=int, default=60, help="days that exist at the start")
    serving.add_argument("--start", type=date.fromisoformat, default=date(2026, 6, 1))
    serving.add_argument("--scale", choices=get_args(Scale), default="demo")
    serving.add_argument("--port", type=int, default=0, help="0 takes a free port")
    serving.add_argument("--ready-file", type=Path, help="gets the line that stdout gets")
    serving.add_argument("--truth-dir", type=Path, help="gets the sealed truth of the start")
    serving.add_argument("--hostile-names", action="store_true", help="plant names that attack")
    return parser


if __name__ == "__main__":
    sys.exit(main())
