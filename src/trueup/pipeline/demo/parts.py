"""Parts of the demo, in the order in which they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from trueup.pipeline.demo.scenario import Fault
from trueup.pipeline.inspect.dashboard_server import Served
from trueup.pipeline.run import RunResult


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldMade:
    """The simulated world answers."""

    folder: Path
    title: str
    about: str
    seed: int
    days: int
    now: datetime
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run of the demo's project; `seconds` by step, `read_again` what was not taken and why."""

    title: str
    result: RunResult
    seconds: Mapping[str, float]
    read_again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueIdentity:
    """Net revenue of finance beside its split over channels; amounts in `currency`."""

    currency: str
    finance: Decimal
    channels: tuple[tuple[str, Decimal], ...]

    @property
    def difference(self) -> Decimal:
        return self.finance - sum((amount for _, amount in self.channels), Decimal())


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One figure against the sealed truth; `differing` of `compared` cells are not equal."""

    figure: str
    grain: str
    ours: Decimal
    truth: Decimal
    compared: int
    differing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionError:
    """Share of orders per channel, ours and true (0 to 1), and the mean absolute difference."""

    title: str
    shares: tuple[tuple[str, float, float], ...]

    @property
    def mean_absolute_error(self) -> float:
        return sum(abs(ours - true) for _, ours, true in self.shares) / max(len(self.shares), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The published figures beside what really happened up to `at`."""

    at: datetime
    scores: tuple[Score, ...]
    attribution: AttributionError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDay:
    """One channel's day whose published amounts moved; None where there was no such day."""

    day: date
    channel: str
    spend_before: Decimal | None
    spend_after: Decimal | None
    revenue_before: Decimal | None
    revenue_after: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Changes that a second run made to what people see."""

    windows: tuple[tuple[str, int, int], ...]
    """Per stream: windows that are new, windows that replaced an earlier version."""
    days: tuple[ChangedDay, ...]
    first_new_day: date
    """The day that was not over at the first run: from it on, news is no restatement."""
    tables: tuple[str, ...]
    all_tables: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A fault, as it was planted."""

    fault: Fault
    done: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One figure from several sides, so that what a fault did to it can be seen."""

    figure: str
    sides: tuple[tuple[str, Decimal | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Outcome of a fault; `fired` counts each rule of the vendors.

    `failed_gates` are names and what they found, `repeated` counts dropped records by source.
    """

    fault: Fault
    folder: Path
    fired: Mapping[str, int]
    failed_gates: Mapping[str, str]
    held: tuple[str, ...]
    truth: Truth
    proof: Proof | None = None
    read_again: tuple[str, ...] = ()
    repeated: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_equal(self) -> bool:
        return not any(score.differing for score in self.truth.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The end of the demo."""

    folder: Path
    seconds: Mapping[str, float]
    next_commands: tuple[tuple[str, ...], ...]
    """Words to type after the program's name."""
    served: Served | None = None


Part = WorldMade | Ran | RevenueIdentity | Truth | Changes | Planted | Outcome | Finished
