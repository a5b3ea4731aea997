"""Protocol of warehouse engines, and the layout of the tables that the loader fills."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from trueup.core.batch import BatchHeader


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingBatch:
    """A committed batch the warehouse has not seen: its Delta version, header and part files."""

    version: int
    header: BatchHeader
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedBatches:
    """Result of loading batches; `load_id` is the last one's.

    It grows by one with every batch of the warehouse.
    """

    load_id: int
    rows: int
    quarantined: int


class Warehouse(Protocol):
    """Engine as the pipeline needs it. Times are UTC."""

    def prepare(self, streams: Iterable[tuple[str, str]]) -> None:
        """Create the raw and ops tables for `(source, stream)` pairs; keeps existing ones."""
        ...

    def load_position(self, source: str, stream: str) -> int:
        """The newest Delta version that is loaded; -1 before the first."""
        ...

    def loaded_batch(self, source: str, stream: str, version: int) -> tuple[str, str] | None:
        """Batch id and run id that were loaded from a Delta version; None when nothing was."""
        ...

    def load(self, batches: Sequence[PendingBatch], position: int) -> LoadedBatches:
        """Rows, notes and the move of the load position over one stream's next batches.

        All in one transaction. `loaded_at` of what it writes is each batch's `known_at`. Raises
        TransientError when the position is no longer `position`, IntegrityError when the rows
        found differ from those that a header counts.
        """
        ...

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """The rows of a read, as dictionaries."""
        ...
