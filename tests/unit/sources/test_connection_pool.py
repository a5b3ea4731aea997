"""A client's connections end with it, and never under a thread that waits for its answer."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.unit.sources.source_builders import FakeClock, a_context, a_server, json_answer
from trueup.errors import TransientError
from trueup.sources.http import HttpClient

SECONDS = 5
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + b'{"data":[]}'


@dataclass
class PatientServer:
    """Answers its one connection when it is let, and notes when the client has ended it."""

    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    asked: threading.Event = field(default_factory=threading.Event)
    answer: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        connection, _ = self.listener.accept()
        connection.settimeout(SECONDS)
        with connection:
            while connection.recv(65_536):
                self.asked.set()
                self.answer.wait(SECONDS)
                connection.sendall(ANSWER)
        self.ended.set()


@contextmanager
def a_patient_server() -> Iterator[PatientServer]:
    server = PatientServer()
    with server.listener, ThreadPoolExecutor() as threads:
        served = threads.submit(server.serve)
        yield server
        served.result(SECONDS)


def test_closing_ends_the_connection_that_was_kept_for_reuse() -> None:
    with a_patient_server() as server:
        client = HttpClient(server.base_url, context=a_context(FakeClock()))
        server.answer.set()
        client.get("/x")
        assert not server.ended.wait(0.1)
        client.close()
        assert server.ended.wait(SECONDS)
        client.close()


def test_a_thread_that_waits_for_its_answer_gets_it_before_the_connection_ends() -> None:
    with a_patient_server() as server, ThreadPoolExecutor() as threads:
        client = HttpClient(server.base_url, context=a_context(FakeClock()))
        reading = threads.submit(client.get, "/x")
        assert server.asked.wait(SECONDS)
        client.close()
        assert not server.ended.wait(0.1)
        server.answer.set()
        assert reading.result(SECONDS).trace.attempts == 1
        assert server.ended.wait(SECONDS)


def test_a_closed_client_asks_nothing_more() -> None:
    clock = FakeClock()
    with a_server(json_answer()) as server:
        client = server.client(a_context(clock))
        client.close()
        with pytest.raises(TransientError, match="closed"):
            client.get("/x")
    assert (server.requests, clock.sleeps) == ([], [])
