"""Results of a sync, stream by stream."""

from dataclasses import dataclass, field
from datetime import date

from trueup.core.account import Account
from trueup.core.batch import Counts
from trueup.errors import AccountUnavailableError, TrueupError


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamResult:
    """Result of the sync of one account's stream did; `error` is set when it stopped early.

    Of days before `answered_from` the source keeps no figures; None without limit.
    """

    source: str
    stream: str
    scope: str
    tally: Counts
    error: TrueupError | None = None
    answered_from: date | None = None

    @property
    def status(self) -> str:
        if self.error is None:
            return "ok"
        return "unavailable" if isinstance(self.error, AccountUnavailableError) else "failed"


@dataclass(slots=True, kw_only=True)
class SyncResult:
    """Results of all streams, and the accounts that each source reported."""

    streams: list[StreamResult] = field(default_factory=list)
    accounts: dict[str, list[Account]] = field(default_factory=dict)

    def errors(self) -> list[TrueupError]:
        """Errors of failed streams, without accounts that are only closed."""
        return [r.error for r in self.streams if r.error is not None and r.status == "failed"]
