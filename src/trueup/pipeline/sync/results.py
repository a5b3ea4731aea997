"""What a sync did, stream by stream."""

from dataclasses import dataclass, field
from datetime import date

from trueup.core.batch import Counts
from trueup.core.page import Account
from trueup.errors import AccountUnavailableError, TrueupError


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamResult:
    """What the sync of one account's stream did; `error` is why it stopped early.

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
    """Every stream's result, and the accounts each source reported."""

    streams: list[StreamResult] = field(default_factory=list)
    accounts: dict[str, list[Account]] = field(default_factory=dict)

    def errors(self) -> list[TrueupError]:
        """Why streams failed; an account that is merely closed is not among them."""
        return [r.error for r in self.streams if r.error is not None and r.status == "failed"]
