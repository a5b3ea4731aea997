"""Protocol that every connector implements."""

from collections.abc import Iterator
from typing import Protocol

from trueup.core.account import Account
from trueup.core.page import ControlTotal, Page
from trueup.core.stream import Stream
from trueup.core.window import Window


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
