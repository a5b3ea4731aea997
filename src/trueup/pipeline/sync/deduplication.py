"""Keys that a read meets more than once: the same record again, or two that contradict."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows of a page: those of new keys, repeats of the same content, and of another."""

    new: Sequence[int]
    repeated: Sequence[int] = ()
    conflicting: Sequence[int] = ()


@dataclass(slots=True)
class KeysSeen:
    """The keys of one read, each with the digest of its record.

    Almost every read meets each key once. So keys are noted without a look, and only their number
    is compared; at the first repeat, what was noted before is put together.
    """

    _keys: set[str] = field(default_factory=set)
    _pages: list[tuple[Sequence[str], Sequence[int]]] = field(default_factory=list)
    _digests: dict[str, int] | None = None

    def sort(self, keys: Sequence[str], digests: Sequence[int]) -> Sorted:
        """Tell the rows of a page apart by what was met before; they count as met from now on."""
        if self._digests is None:
            expected = len(self._keys) + len(keys)
            self._keys.update(keys)
            if len(self._keys) == expected:
                self._pages.append((keys, digests))
                return Sorted(range(len(keys)))
            self._digests = {k: d for page in self._pages for k, d in zip(*page, strict=True)}
            self._keys, self._pages = set(), []
        return _sorted_one_by_one(self._digests, keys, digests)


def _sorted_one_by_one(met: dict[str, int], keys: Sequence[str], digests: Sequence[int]) -> Sorted:
    new: list[int] = []
    repeated: list[int] = []
    conflicting: list[int] = []
    for row, (key, digest) in enumerate(zip(keys, digests, strict=True)):
        if key not in met:
            met[key] = digest
            new.append(row)
        elif met[key] == digest:
            repeated.append(row)
        else:
            conflicting.append(row)
    return Sorted(new, repeated, conflicting)
