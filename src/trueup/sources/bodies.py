"""Reads the body of an answer piece by piece: bounded in decoded bytes, in ratio and in time."""

import zlib
from collections.abc import Callable, Iterator

import httpx

from trueup.errors import ContractError

ACCEPTED_ENCODING = "gzip"
"""The one compression that is asked for, and unpacked in steps of bounded size."""

MAX_BODY_BYTES = 256_000_000
"""A decoded answer beyond this is refused; ten thousand rows of a report have a tenth of it."""

MAX_RATIO = 400
"""A body that unpacks to more than so many times its size is made to fill memory or disk."""

RATIO_FROM_BYTES = 32_000_000
STEP_BYTES = 1_000_000


def body_pieces(
    response: httpx.Response, seconds: float, monotonic: Callable[[], float]
) -> Iterator[bytes]:
    """The decoded body as it comes, for at most `seconds`.

    Raises httpx.ReadTimeout beyond them, httpx.DecodingError for a body that cannot be unpacked
    or is cut, and ContractError for one that is made to grow without bound.
    """
    if response.is_stream_consumed:  # a transport that answers from memory
        yield response.content
        return
    decoder, end = _decoder(response), monotonic() + seconds
    received = decoded = 0
    for raw in response.iter_raw():
        received += len(raw)
        for piece in decoder.pieces(raw):
            decoded += len(piece)
            if decoded > max(RATIO_FROM_BYTES, MAX_RATIO * received):
                raise _too_large(response, f"unpacks to over {MAX_RATIO} times its size")
            yield piece
        if monotonic() > end:
            raise httpx.ReadTimeout(f"the answer was not whole after {seconds:.0f} s")
    yield from decoder.end()


def whole_body(response: httpx.Response, seconds: float, monotonic: Callable[[], float]) -> bytes:
    """The decoded body, at most MAX_BODY_BYTES of it; raises what `body_pieces` raises."""
    body = bytearray()
    for piece in body_pieces(response, seconds, monotonic):
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise _too_large(response, f"holds over {MAX_BODY_BYTES // 1_000_000} MB")
    return bytes(body)


class _Plain:
    def pieces(self, raw: bytes) -> Iterator[bytes]:
        yield raw

    def end(self) -> Iterator[bytes]:
        return iter(())


class _Gzip:
    """Unpacks in steps: a few kilobytes may hold gigabytes. A file may have several members."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16)

    def pieces(self, raw: bytes) -> Iterator[bytes]:
        while raw:
            if self._unpacker.eof:
                self._unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS + 16)
            try:
                yield self._unpacker.decompress(raw, STEP_BYTES)
            except zlib.error as error:
                raise httpx.DecodingError(f"the body is not {ACCEPTED_ENCODING}: {error}") from None
            raw = self._unpacker.unused_data or self._unpacker.unconsumed_tail

    def end(self) -> Iterator[bytes]:
        yield self._unpacker.flush()
        if not self._unpacker.eof:
            raise httpx.DecodingError("the compressed body is cut")


def _decoder(response: httpx.Response) -> _Plain | _Gzip:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return _Plain()
    if encoding in (ACCEPTED_ENCODING, f"x-{ACCEPTED_ENCODING}"):
        return _Gzip()
    raise httpx.DecodingError(f"compressed by {encoding}, which was not asked for")


def _too_large(response: httpx.Response, what: str) -> ContractError:
    where = f"{response.request.method} {response.request.url.copy_with(query=None)}"
    return ContractError(
        f"{where}: the answer {what}",
        why="It was not read further, so that it cannot fill the memory; nothing of it was taken.",
        hint="No answer of this vendor should be so large: report it with this message.",
        code="TUP-512",
    )
