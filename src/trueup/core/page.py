"""Data from a source: pages of records as sent, and control totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from trueup.core.window import Window


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
