"""Bodies are read in steps, and no further than an answer may be long, large or packed."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import httpx
import pytest

from tests.unit.sources.source_builders import FakeClock, a_context, a_server, json_answer
from trueup.errors import ContractError, RestartReadError, TransientError
from trueup.sources import bodies
from trueup.sources.http import HttpClient


class Pieces(httpx.SyncByteStream):
    """A body that comes in pieces, each after some seconds of a clock."""

    def __init__(self, pieces: Iterator[bytes], clock: FakeClock, seconds: float) -> None:
        self._pieces, self._clock, self._seconds = pieces, clock, seconds

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._clock.seconds += self._seconds
            yield piece


class Streaming(httpx.BaseTransport):
    """Answers with such a body."""

    def __init__(self, pieces: Iterator[bytes], clock: FakeClock, seconds: float = 0.0) -> None:
        self._stream = Pieces(pieces, clock, seconds)
        self.headers: dict[str, str] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=self.headers, stream=self._stream, request=request)


def one_byte_at_a_time() -> Iterator[bytes]:
    while True:
        yield b" "


def test_an_answer_that_trickles_for_ever_ends_at_its_deadline() -> None:
    clock = FakeClock()
    transport = Streaming(one_byte_at_a_time(), clock, 2.0)
    context = a_context(clock, transport=transport, max_attempts=1, answer_seconds=600.0)
    with pytest.raises(TransientError, match="not whole after 600 s"):
        HttpClient("http://vendor", context=context).get("/x")
    assert 600 <= clock.seconds - 1000 <= 604


def test_a_file_that_trickles_for_ever_ends_at_its_deadline_and_is_discarded() -> None:
    clock = FakeClock()
    transport = Streaming(one_byte_at_a_time(), clock, 2.0)
    context = a_context(clock, transport=transport, max_attempts=1, file_seconds=100.0)
    with pytest.raises(RestartReadError, match="not whole after 100 s"):
        list(HttpClient("http://vendor", context=context).download("http://vendor/file"))


def test_a_small_body_that_unpacks_without_end_is_refused_in_bounded_memory() -> None:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS + 16)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(600)) + packer.flush()
    assert len(packed) < 1_000_000
    with a_server(json_answer(packed, content_encoding="gzip")) as server:
        client = server.client(a_context(FakeClock()))
        tracemalloc.start()
        with pytest.raises(ContractError, match="times its size") as raised:
            client.get("/x")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert raised.value.code == "TUP-512"
    assert len(server.requests) == 1
    assert most < 6 * bodies.RATIO_FROM_BYTES


def test_a_body_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_BODY_BYTES", 1_000)
    with (
        a_server(json_answer(b'{"a":"' + b"x" * 1_000 + b'"}')) as server,
        pytest.raises(ContractError, match="holds over") as raised,
    ):
        server.client(a_context(FakeClock())).get("/x")
    assert raised.value.code == "TUP-512"


@pytest.mark.parametrize("step", [1, 7, 1_000_000])
def test_packed_bodies_are_unpacked_whatever_the_steps(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "STEP_BYTES", step)
    text = b'{"data":[' + b",".join(b'{"id":%d}' % n for n in range(500)) + b"]}"
    members = gzip.compress(text[:99]) + gzip.compress(text[99:])
    with a_server(json_answer(members, content_encoding="gzip")) as server:
        assert server.client(a_context(FakeClock())).get("/x").body == text


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate"])
def test_a_compression_that_was_not_asked_for_is_not_taken(encoding: str) -> None:
    with a_server(json_answer(b"{}", content_encoding=encoding), json_answer()) as server:
        answer = server.client(a_context(FakeClock())).get("/x")
    assert (answer.trace.attempts, server.requests[0].headers["accept-encoding"]) == (2, "gzip")


def test_a_packed_body_that_is_cut_is_asked_for_again() -> None:
    packed = gzip.compress(b'{"data":[1,2,3]}')
    steps = [json_answer(packed[:-4], content_encoding="gzip"), json_answer()]
    with a_server(*steps) as server:
        assert server.client(a_context(FakeClock())).get("/x").trace.attempts == 2


def test_a_file_that_breaks_off_is_discarded_and_one_that_does_not_begin_is_asked_for_again() -> (
    None
):
    cut = json_answer(b"abc")
    cut.headers["content-length"] = "99"
    with a_server(json_answer(status=503), cut) as server:
        pieces = server.client(a_context(FakeClock())).download(f"{server.base_url}/file")
        assert next(pieces) == b"abc"
        with pytest.raises(RestartReadError):
            next(pieces)
    assert len(server.requests) == 2
