"""A compact set of record keys, and the keys of undecoded records."""

import hashlib
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from xxhash import xxh3_64_intdigest

from trueup.core.json_paths import FieldPath, joined_keys

_Hashes = npt.NDArray[np.uint64]
_LOW_64 = (1 << 64) - 1
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, LookupError, RecursionError)


class KeySet:
    """The keys of one read, each with a 64-bit value, in 16 bytes a key.

    Of a key only a 64-bit hash is kept. Should two keys ever share one, the second counts as
    known: a complete read then looks incomplete, never the other way round.

    ```
    runs, each sorted:  [■■■■■■■■■■■■■■■■] [■■■■■■] [■■] ◀── a page
    ```
    Runs of similar length are merged, so that a look-up meets few of them.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[_Hashes, _Hashes]] = []
        self.added = 0

    def __len__(self) -> int:
        return sum(len(hashes) for hashes, _ in self._runs)

    def add(self, keys: Sequence[str], values: Sequence[int] = ()) -> list[int]:
        """Note the keys of a page; returns the rows whose key is met for the first time."""
        # In order, since look-ups of neighbours are many times quicker.
        hashes, rows = np.unique(_hashes(keys), return_index=True)
        is_new = np.ones(len(hashes), np.bool_)
        for run, _ in self._runs:
            is_new &= run[_places(run, hashes)] != hashes
        hashes, rows = hashes[is_new], rows[is_new]
        noted = _numbers(values)[rows] if values else np.zeros(len(rows), np.uint64)
        self.added += len(keys)
        if len(rows):
            self._runs.append((hashes, noted))
            self._merge()
        return sorted(rows.tolist())

    def has(self, keys: Sequence[str]) -> list[bool]:
        """For each of these keys, True if it is known."""
        hashes = _hashes(keys)
        found = np.zeros(len(hashes), np.bool_)
        for run, _ in self._runs:
            found |= run[_places(run, hashes)] == hashes
        return list(found.tolist())

    def values(self, keys: Sequence[str]) -> list[int]:
        """The values that these keys, all of them known, were first added with."""
        hashes = _hashes(keys)
        found = np.zeros(len(hashes), np.uint64)
        for run, values in self._runs:
            at = _places(run, hashes)
            found = np.where(run[at] == hashes, values[at], found)
        return list(found.tolist())

    def _merge(self) -> None:
        runs = self._runs
        while len(runs) > 1 and len(runs[-2][0]) <= 2 * len(runs[-1][0]):
            (one, its), (other, others) = runs.pop(), runs.pop()
            hashes, values = np.concatenate([one, other]), np.concatenate([its, others])
            order = np.argsort(hashes, kind="stable")
            runs.append((hashes[order], values[order]))


class RecordKeys:
    """Reads the keys of records; `key` are the dotted paths that identify one."""

    def __init__(self, key: Sequence[str]) -> None:
        self._paths = [FieldPath(path) for path in key]

    def __call__(self, records: Sequence[bytes]) -> list[str]:
        """One text per record: its key or, where it cannot be read, a hash of its content.

        A record that cannot be read is quarantined later on; it has been received.
        """
        try:
            return self._keys(records) if records else []
        except _UNREADABLE:
            return [self._one(record) for record in records]

    def _keys(self, records: Sequence[bytes]) -> list[str]:
        values = [msgspec.json.decode(record, type=dict) for record in records]
        return joined_keys([path.texts(values) for path in self._paths])

    def _one(self, record: bytes) -> str:
        try:
            return self._keys([record])[0]
        except _UNREADABLE:
            return content_key(record)


def content_key(record: bytes) -> str:
    """Substitute for the key of a record that cannot be read."""
    return hashlib.sha256(record).hexdigest()


def low_64(digests: Sequence[int]) -> list[int]:
    """The lower 64 bits of longer hashes."""
    return list(map(_LOW_64.__and__, digests))


def _hashes(keys: Sequence[str]) -> _Hashes:
    try:
        return _numbers(list(map(xxh3_64_intdigest, map(str.encode, keys))))
    except UnicodeEncodeError:  # a lone surrogate
        return _numbers([xxh3_64_intdigest(key.encode("utf-8", "surrogatepass")) for key in keys])


def _numbers(values: Sequence[int]) -> _Hashes:
    return np.fromiter(values, np.uint64, len(values))


def _places(run: _Hashes, hashes: _Hashes) -> npt.NDArray[np.intp]:
    """The place of each hash in a run, if it is there at all."""
    return np.minimum(np.searchsorted(run, hashes), len(run) - 1)
