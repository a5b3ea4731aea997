"""Card-like digit runs in bytes, found by columns: what an issuer could have made, Luhn-checked."""

import threading
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

MIN_DIGITS = 13
MAX_DIGITS = 19

Bytes = npt.NDArray[np.uint8]
Indexes = npt.NDArray[np.int64]

# First and last prefix of four digits, and the lengths issued under it (ISO/IEC 7812 and the
# networks' published ranges; Maestro's lengths below 16 are left out: they are rare and would
# make a card number of one id in fifty).
_ISSUED: tuple[tuple[int, int, Iterable[int]], ...] = (
    (2200, 2204, range(16, 20)),  # Mir
    (2221, 2720, (16,)),  # Mastercard
    (3000, 3059, (14, 16)),  # Diners Club
    (3095, 3095, (14, 16)),
    (3400, 3499, (15,)),  # American Express
    (3528, 3589, range(16, 20)),  # JCB
    (3600, 3699, (14, 16, 19)),  # Diners Club
    (3700, 3799, (15,)),  # American Express
    (3800, 3999, (14, 16, 19)),  # Diners Club
    (4000, 4999, (13, 16, 19)),  # Visa
    (5018, 5018, range(16, 20)),  # Maestro
    (5020, 5020, range(16, 20)),
    (5038, 5038, range(16, 20)),
    (5080, 5089, (16,)),  # RuPay
    (5100, 5599, (16,)),  # Mastercard
    (5893, 5893, range(16, 20)),  # Maestro
    (6011, 6011, range(16, 20)),  # Discover
    (6200, 6299, range(16, 20)),  # UnionPay
    (6304, 6304, range(16, 20)),  # Maestro
    (6440, 6599, range(16, 20)),  # Discover, RuPay
    (6759, 6763, range(16, 20)),  # Maestro
    (8100, 8299, range(16, 20)),  # UnionPay, RuPay
)


def _lengths_by_prefix() -> Bytes:
    table = np.zeros(10_000, np.uint8)
    for first, last, lengths in _ISSUED:
        table[first : last + 1] |= np.uint8(sum(1 << (n - MIN_DIGITS) for n in lengths))
    return table


_LENGTHS = _lengths_by_prefix()
"""A bit per length, from 13 digits on, for each prefix of four digits."""
_LENGTHS_LIST = _LENGTHS.tolist()  # plain integers are faster one by one
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.uint8)
_DOUBLED_TEXT = bytes.maketrans(b"0123456789", b"0246813579")
_PLACES = np.arange(MAX_DIGITS)
_COUNTED_BYTES = 32
_KEPT_BYTES = 1 << 20
PADDING = b" " * _COUNTED_BYTES
"""So many bytes around a page save every bound check."""


def is_card_number(digits: str) -> bool:
    """True if ASCII `digits` have an issuer's prefix, its length and a Luhn check digit."""
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        return False
    if not _LENGTHS_LIST[int(digits[:4])] >> (len(digits) - MIN_DIGITS) & 1:
        return False
    text = digits.encode("ascii")
    total = sum(text[-1::-2]) + sum(text[-2::-2].translate(_DOUBLED_TEXT))
    return (total - ord("0") * len(text)) % 10 == 0


class _Scratch(threading.local):
    """Buffers of one thread, used again: fresh ones cost more in page faults than the work."""

    def __init__(self) -> None:
        self._buffers: dict[str, Bytes] = {}

    def take(self, name: str, size: int) -> Bytes:
        buffer = self._buffers.get(name)
        if buffer is None or len(buffer) < size:
            buffer = self._buffers[name] = np.empty(size + size // 4, np.uint8)
            if size > _KEPT_BYTES:
                del self._buffers[name]
        return buffer[:size]


_scratch = _Scratch()


def suspected_spans(page: bytes) -> list[tuple[int, int]]:
    """Spans of ASCII digits, whole or in groups, of which some may hold a card number.

    `page` must begin and end with `PADDING`. No card number is missed whose digits, or the
    separators between them, are plain ASCII or behind percent codes of digits alone.
    """
    return _spans(np.frombuffer(page, np.uint8))


def _spans(page: Bytes) -> list[tuple[int, int]]:
    digit = np.subtract(page, ord("0"), out=_scratch.take("digit", len(page)))
    np.less(digit, 10, out=digit.view(np.bool_))
    either = _digits_and_separators(page)
    if not _narrowed(_runs_of_eight(either), 5, "a").any():
        return []
    # A mask of runs of eight serves both for longer runs and for groups of at most eight.
    eight = _runs_of_eight(digit)
    starts, ends = _runs_of_thirteen(eight)
    keep = _issuable(page, starts, ends)
    starts, ends = starts[keep], ends[keep]
    keep = _passes_luhn(page, starts, ends)
    whole = list(zip(starts[keep].tolist(), ends[keep].tolist(), strict=True))
    return whole + _grouped(digit, either, _widened(_narrowed(eight, 1, "b")))


def _digits_and_separators(page: Bytes) -> Bytes:
    either = np.subtract(page, ord("+"), out=_scratch.take("either", len(page)))
    np.less(either, ord(";") - ord("+") + 1, out=either.view(np.bool_))  # +,-./ digits :;
    for other in b" _%":
        same = np.equal(page, other, out=_scratch.take("a", len(page)).view(np.bool_))
        np.bitwise_or(either, same, out=either)
    either[: len(PADDING)] = either[-len(PADDING) :] = 0
    return either


def _narrowed(mask: Bytes, places: int, into: str) -> Bytes:
    """Mask of the places where `mask` holds here and `places` further on."""
    out = _scratch.take(into, len(mask) - places)
    return np.bitwise_and(mask[places:], mask[:-places], out=out)


def _runs_of_eight(mask: Bytes) -> Bytes:
    """Mask of the places from which `mask` holds for eight places."""
    return _narrowed(_narrowed(_narrowed(mask, 1, "a"), 2, "b"), 4, "eight")


def _runs_of_thirteen(eight: Bytes) -> tuple[Indexes, Indexes]:
    """Starts and ends of the runs of 13 or more, from where runs of eight begin."""
    thirteen = _narrowed(eight, 5, "a")
    change = np.bitwise_xor(thirteen[1:], thirteen[:-1], out=_scratch.take("b", len(thirteen) - 1))
    edges = np.flatnonzero(change.view(np.bool_)) + 1
    return edges[::2], edges[1::2] + MIN_DIGITS - 1


def _widened(nine: Bytes) -> Bytes:
    """Every place of the runs of nine or more, from where such runs begin."""
    for places, into in ((1, "a"), (2, "b"), (4, "a"), (1, "b")):
        wide = _scratch.take(into, len(nine) + places)
        wide[:places], wide[-places:] = nine[:places], nine[-places:]
        np.bitwise_or(nine[places:], nine[:-places], out=wide[places:-places])
        nine = wide
    return nine


def _issuable(page: Bytes, starts: Indexes, ends: Indexes) -> npt.NDArray[np.bool_]:
    """Runs that have a known prefix and length, and are no fraction."""
    lengths = ends - starts
    before = page[starts - 1]
    fraction = (before == ord(".")) & (page[starts - 2] - 48 < 10)
    prefix = np.zeros(len(starts), np.int64)
    for place in range(4):
        prefix = prefix * 10 + (page[starts + place] - 48)
    bit = np.clip(lengths - MIN_DIGITS, 0, 7)
    issued = (_LENGTHS[prefix] >> bit) & 1 > 0
    wanted: npt.NDArray[np.bool_] = issued & ~fraction
    return wanted


def _passes_luhn(page: Bytes, starts: Indexes, ends: Indexes) -> npt.NDArray[np.bool_]:
    from_last = page[(ends - 1)[:, None] - _PLACES] - 48
    from_last[(ends - starts)[:, None] <= _PLACES] = 0
    from_last[:, 1::2] = _DOUBLED[from_last[:, 1::2]]
    passes: npt.NDArray[np.bool_] = from_last.sum(axis=1) % 10 == 0
    return passes


def _grouped(digit: Bytes, either: Bytes, long_group: Bytes) -> list[tuple[int, int]]:
    """Runs of digits in groups of at most eight, with separators between, of 13 digits or more."""
    np.greater(either, long_group, out=either.view(np.bool_))
    starts, ends = _runs_of_thirteen(_runs_of_eight(either))
    if not len(starts):
        return []
    counted = digit[starts[:, None] + np.arange(_COUNTED_BYTES)].sum(axis=1)
    keep = (counted >= MIN_DIGITS) | (ends - starts > _COUNTED_BYTES)
    return list(zip(starts[keep].tolist(), ends[keep].tolist(), strict=True))
