"""Records that still stand where they came, in one buffer: no text is made of each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Places = npt.NDArray[np.int32]

MAX_BYTES = (1 << 31) - 1
"""Places are 32-bit, as those of Arrow's strings are."""


@dataclass(frozen=True, eq=False)
class PackedRecords(Sequence[bytes]):
    """Record `n` is `data[starts[n]:ends[n]]`, and so is `views[n]`; they stand in this order."""

    data: bytes
    starts: Places
    ends: Places
    views: Sequence[msgspec.Raw]

    def __len__(self) -> int:
        return len(self.views)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> "PackedRecords": ...
    def __getitem__(self, index: int | slice) -> "bytes | PackedRecords":
        """One record, or all from one to another."""
        if not isinstance(index, slice):
            return bytes(self.views[index])
        return PackedRecords(self.data, self.starts[index], self.ends[index], self.views[index])

    def __iter__(self) -> Iterator[bytes]:
        return map(bytes, self.views)

    @property
    def lengths(self) -> Places:
        """The bytes of each record."""
        return self.ends - self.starts

    @property
    def text(self) -> memoryview:
        """Everything from the first record's begin to the last one's end."""
        return memoryview(self.data)[self.starts[0] : self.ends[-1]]

    @cached_property
    def column(self) -> pa.StringArray:
        """The records as one column; that they are UTF-8 is for the caller to know."""
        # As one array of the records and of what is between in turn; every second is then taken.
        offsets = np.empty(2 * len(self), np.int32)
        offsets[::2], offsets[1::2] = self.starts, self.ends
        both = pa.StringArray.from_buffers(
            max(0, len(offsets) - 1), pa.py_buffer(offsets), pa.py_buffer(self.data)
        )
        return both.take(pa.array(np.arange(0, len(both), 2, dtype=np.int32)))
