"""Proof that a chain of pages was read to its end, once."""

from collections.abc import Sequence

from trueup.errors import IncompleteReadError
from trueup.sources.key_set import KeySet

MAX_PAGES = 100_000


class PageChain:
    """Follows one chain of pages: call `page` for each, `finish` after the last.

    `where` names the read in messages. All failures are IncompleteReadErrors: the window was not
    proved complete and must not be committed.
    """

    def __init__(self, where: str, *, max_pages: int = MAX_PAGES) -> None:
        self._where = where
        self._max_pages = max_pages
        self._bookmarks: set[str] = set()
        self._announced: int | None = None
        self._keys = KeySet()
        self.pages = 0

    @property
    def records(self) -> int:
        """Number of received records; repeated ones count each time."""
        return self._keys.added

    @property
    def distinct(self) -> int:
        """Number of distinct received records."""
        return len(self._keys)

    def page(
        self, keys: Sequence[str], *, bookmark: str | None, announced: int | None = None
    ) -> None:
        """Note a page by its records' `keys`; `bookmark` leads to the next one, None on the last.

        `announced` is the vendor's own count of the whole chain. Refuses a bookmark that was
        followed before, an announced count that changes on the way, and endless chains.
        """
        self.pages += 1
        self._keys.add(keys)
        if announced is not None:
            self._note_announced(announced)
        if bookmark is None:
            return
        if not bookmark:
            raise self._broken("a next page is announced without a bookmark")
        if bookmark in self._bookmarks:
            raise self._broken("the vendor led back to a page that was read already")
        if self.pages >= self._max_pages:
            raise self._broken(f"no end after {self._max_pages} pages")
        self._bookmarks.add(bookmark)

    def finish(self) -> None:
        """The last page was read: refuses a count of distinct keys other than the one announced.

        Rows do not count: a page that comes twice, in place of another, has as many.
        """
        if self._announced is None:
            return
        if self._announced != self.distinct:
            raise self._broken(f"{self._announced} records announced, {self.distinct} received")

    def refuse_repeats(self) -> None:
        """Refuse a chain in which a key came twice, of a list that cannot move meanwhile."""
        if self.distinct != self.records:
            raise self._broken("a record came twice, so another one may be missing")

    def _note_announced(self, announced: int) -> None:
        if self._announced is not None and self._announced != announced:
            raise self._broken(f"the announced count changed from {self._announced} to {announced}")
        self._announced = announced

    def _broken(self, what: str) -> IncompleteReadError:
        return IncompleteReadError(
            f"{self._where}: page {self.pages}: {what}",
            why="The window is not proved complete, so nothing of it was committed.",
            hint="Run again; if it stays, the vendor's paging changed.",
        )
