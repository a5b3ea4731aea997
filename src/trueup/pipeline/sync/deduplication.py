"""De-duplicates records within one read; two different records with one key are an error."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from trueup.sources.key_set import KeySet, low_64


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows of a page: those of new keys, repeats of the same content, and of another."""

    new: Sequence[int]
    repeated: Sequence[int] = ()
    conflicting: Sequence[int] = ()


@dataclass(slots=True)
class KeysSeen:
    """The keys of one read, each with the digest of its record."""

    _keys: KeySet = field(default_factory=KeySet)

    def sort(self, keys: Sequence[str], digests: Sequence[int]) -> Sorted:
        """Tell the rows of a page apart by what was met before; they count as met from now on."""
        values = low_64(digests)
        new = self._keys.add(keys, values)
        if len(new) == len(keys):
            return Sorted(range(len(keys)))
        is_new = set(new)
        met = [row for row in range(len(keys)) if row not in is_new]
        first = self._keys.values([keys[row] for row in met])
        same = {row for row, value in zip(met, first, strict=True) if values[row] == value}
        return Sorted(new, sorted(same), [row for row in met if row not in same])
