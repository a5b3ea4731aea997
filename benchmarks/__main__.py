"""`make bench`: measures every figure of benchmarks/README.md again.

`python -m benchmarks landing` or `year` for one part of it.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.landing import LANDINGS
from benchmarks.measure import Figures, in_turn, run_once

WORK = Path(__file__).parent / "work"
RUNS = 5
RECORDS = 1_000_000


def landing(runs: int = RUNS) -> None:
    """A million ad-report records from pages in memory to Delta, in all `LANDINGS`."""
    WORK.mkdir(exist_ok=True)
    pages = WORK / "pages.jsonl"
    here = [sys.executable, "-m", "benchmarks.landing"]
    run_once([*here, "prepare", str(pages), str(RECORDS)])
    found = in_turn({way: [*here, way, str(pages), str(WORK / way)] for way in LANDINGS}, runs)
    _print(f"landing {RECORDS:,} records, {pages.stat().st_size / RECORDS:.0f} bytes each", found)
    ours = found.pop("ours")
    for way, other in found.items():
        wall = other.wall_seconds / ours.wall_seconds
        cpu = other.cpu_seconds / ours.cpu_seconds
        print(f"{way} takes {wall:.2f} x our wall time, {cpu:.2f} x our CPU")


def year() -> None:
    """Full build of a year, and one more day with 60 and with 365 days behind it."""
    here = [sys.executable, "-m", "benchmarks.year"]
    found: dict[str, Figures] = {}
    for days in (60, 365):
        folder = WORK / f"year-{days}"
        if not (folder / "days").exists():
            run_once([*here, "prepare", str(folder), str(days)])
            found[f"full build, {days} days"] = run_once([*here, "build", str(folder)])
    commands = {
        f"one more day after {days}": [*here, "increment", str(WORK / f"year-{days}")]
        for days in (60, 365)
    }
    found |= in_turn(commands, 3)
    _print("BrightCart, 40,000 ad rows and 2,740 orders a day", found)
    short, long = (found[name].wall_seconds for name in commands)
    print(f"one more day costs {long / short:.2f} x as much after a year as after 60 days")


def _print(title: str, found: dict[str, Figures]) -> None:
    print(f"\n{title}; medians\n")
    print(f"  {'':<28} {'wall s':>9} {'CPU s':>9} {'peak MiB':>9}")
    for name, f in found.items():
        print(f"  {name:<28} {f.wall_seconds:>9.2f} {f.cpu_seconds:>9.2f} {f.peak_mib:>9.0f}")


def main() -> None:
    known: dict[str, Callable[[], None]] = {"landing": landing, "year": year}
    for name in sys.argv[1:] or list(known):
        known[name]()


if __name__ == "__main__":
    main()
