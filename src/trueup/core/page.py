"""Data from a source: accounts, pages of records as sent, and control totals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import msgspec

from trueup.core.stream import Stream
from trueup.core.window import Window


class AccountStatus(StrEnum):
    ACTIVE = "active"
    UNAVAILABLE = "unavailable"  # closed, suspended, or no longer shared with the credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account, shop or property behind a credential; `timezone` is an IANA name."""

    account_id: str
    name: str = ""
    timezone: str = "UTC"
    currency: str | None = None
    status: AccountStatus = AccountStatus.ACTIVE
    reason: str = ""


class RequestTrace(msgspec.Struct, frozen=True, kw_only=True):
    """Trace of a request: enough to repeat it, without any secret.

    `request_body` is what was asked where the address does not say it: the body of the request,
    or of the one that made the job whose result this is. Of a large one, and of one beyond what
    a batch's header keeps, only `request_sha256` is there; of one that may hold a secret or an
    e-mail address neither. `body_sha256` and `body_bytes` are those of the answer.
    """

    method: str
    url: str
    status: int
    request_id: str = ""
    body_sha256: str = ""
    body_bytes: int = 0
    attempts: int = 1
    request_sha256: str = ""
    request_body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The records of one answer: JSON objects in UTF-8, byte for byte as the source sent them.

    `bookmark` is opaque: a read that starts with it goes on after this page. None means that
    only the whole window counts. `records` may be empty.
    """

    records: Sequence[bytes]
    trace: RequestTrace
    bookmark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """Control total: the source's own sum of a figure in a window.

    `name` is the column of the staged records it is compared with; amounts are in the account's
    currency, in major units. `window` is one local day for report streams.
    """

    window: Window
    name: str
    value: Decimal


class Source(Protocol):
    """A vendor behind one credential. Methods are called from several threads."""

    name: str
    streams: tuple[Stream, ...]

    def accounts(self) -> list[Account]:
        """Every account the credential reaches, unavailable ones too.

        Raises AccessError when the credential itself is refused.
        """
        ...

    def read(
        self, stream: Stream, account: Account, window: Window, *, bookmark: str | None = None
    ) -> Iterator[Page]:
        """The pages of `window`, from `bookmark` on.

        Report streams get whole local days of the account, at most `stream.days_per_request` of
        them. The iterator ends normally only when the window is proved complete: last page
        reached, announced count equal to parsed count, job at 100 %. Otherwise it raises.
        """
        ...

    def totals(self, stream: Stream, account: Account, window: Window) -> list[ControlTotal]:
        """The source's own sums for each day of `window`; empty when it offers none."""
        ...

    def close(self) -> None:
        """End its connections, once nothing more is to be read; may be called again.

        A thread that still reads gets the answer it waits for; asking on raises TransientError.
        """
        ...
