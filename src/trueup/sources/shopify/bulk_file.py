"""Takes the file of a bulk operation apart: lines as they come, children put into their roots."""

import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import msgspec
import numpy as np
from xxhash import xxh3_64_intdigest

from trueup.errors import ContractError, RestartReadError, TransientError
from trueup.sources.key_set import KeySet
from trueup.sources.shopify.streams import ShopStream

MAX_LINE_BYTES = 64_000_000


class BrokenFileError(TransientError, RestartReadError):
    """The file is not whole, or not what the job counted."""

    default_code = "TUP-761"


class Line(msgspec.Struct):
    id: str
    parent_id: str | None = msgspec.field(name="__parentId", default=None)


class Counts:
    """Distinct lines and roots of a file, against what the job counted."""

    def __init__(self, stream: ShopStream) -> None:
        self._name = stream.name
        self._lines, self._roots = KeySet(), KeySet()

    @property
    def roots(self) -> int:
        return len(self._roots)

    def add(self, lines: Sequence[Line]) -> None:
        self._lines.add([f"{line.parent_id or ''} {line.id}" for line in lines])
        self._roots.add([line.id for line in lines if line.parent_id is None])

    def check(self, job: dict[str, Any]) -> None:
        """Raise BrokenFileError when the file holds other objects than the job counted."""
        announced = int(job["objectCount"]), int(job["rootObjectCount"])
        if announced != (len(self._lines), self.roots):
            raise BrokenFileError(
                f"{self._name}: the job counted {announced[0]} objects, {announced[1]} of them "
                f"at the root; its file holds {len(self._lines)} and {self.roots}",
                why="The file is not whole, so nothing of it was taken.",
                hint="Run again; the window stays open.",
            )


def lines_of(pieces: Iterable[bytes], stream: ShopStream) -> Iterator[bytes]:
    """The lines of a file that comes in pieces, without empty ones."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from filter(None, lines)
        if len(rest) > MAX_LINE_BYTES:
            raise _unreadable(stream, f"longer than {MAX_LINE_BYTES // 1_000_000} MB")
    if rest:
        yield rest


def parsed(line: bytes, stream: ShopStream) -> Line:
    """The ids of a line; raises BrokenFileError for one that is cut."""
    try:
        return msgspec.json.decode(line, type=Line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(stream, f"not whole: {error}") from None


class Family:
    """Roots and their children, which come in no order: a child may stand before its parent.

    Lines go to a temporary file, which holds no personal data; in memory is their place alone,
    24 bytes a line.
    """

    def __init__(self, stream: ShopStream) -> None:
        assert not stream.personal, "personal data must not be written in clear"
        self._stream = stream
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`
        self._roots, self._children = _Places(), _Places()

    def add(self, texts: Sequence[bytes], lines: Sequence[Line]) -> None:
        for text, line in zip(texts, lines, strict=True):
            places = self._roots if line.parent_id is None else self._children
            places.add(line.parent_id or line.id, self._file.tell(), len(text))
            self._file.write(text)

    def records(self) -> Iterator[bytes]:
        """Every root with its children inside it, in the order of the roots."""
        children = self._children.by_owner()
        if not np.isin(children.owners, self._roots.by_owner().owners).all():
            raise ContractError(
                f"{self._stream.name}: a child of an unknown parent", code="TUP-544"
            )
        for owner, offset, length in self._roots:
            below = [self._read(*place) for place in children.of(owner)]
            yield self._joined(self._read(offset, length), below)

    def close(self) -> None:
        self._file.close()

    def _read(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)

    def _joined(self, line: bytes, children: Sequence[bytes]) -> bytes:
        """The root's line with its children's lines where a page would have them."""
        name = msgspec.json.encode(self._stream.bulk_children)
        info = b'"pageInfo":{"hasNextPage":false,"endCursor":null}'
        inside = b'{"nodes":[' + b",".join(children) + b"]," + info + b"}"
        return line.rstrip()[:-1] + b"," + name + b":" + inside + b"}"


class _Places:
    """Places in the file, each with a hash of the root that it belongs to."""

    def __init__(self) -> None:
        self._owners, self._offsets, self._lengths = array("Q"), array("Q"), array("Q")

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return zip(self._owners, self._offsets, self._lengths, strict=True)

    def add(self, owner: str, offset: int, length: int) -> None:
        self._owners.append(xxh3_64_intdigest(owner.encode()))
        self._offsets.append(offset)
        self._lengths.append(length)

    def by_owner(self) -> "_Sorted":
        columns = [np.array(c, np.uint64) for c in (self._owners, self._offsets, self._lengths)]
        order = np.argsort(columns[0], kind="stable")
        return _Sorted(*(column[order] for column in columns))


class _Sorted:
    def __init__(self, owners: Any, offsets: Any, lengths: Any) -> None:
        self.owners = owners
        self._offsets, self._lengths = offsets, lengths

    def of(self, owner: int) -> list[tuple[int, int]]:
        wanted = np.uint64(owner)
        first = int(np.searchsorted(self.owners, wanted))
        end = int(np.searchsorted(self.owners, wanted, "right"))
        pairs = zip(self._offsets[first:end], self._lengths[first:end], strict=True)
        return [(int(offset), int(length)) for offset, length in pairs]


def _unreadable(stream: ShopStream, what: str) -> BrokenFileError:
    return BrokenFileError(
        f"{stream.name}: a line of the result is {what}", hint="Run again; the window stays open."
    )
