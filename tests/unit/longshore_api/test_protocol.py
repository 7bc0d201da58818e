"""Connections whose other end is slow, silent, or one of too many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from longshore_api.protocol import MOST_HEAD_BYTES, BoundedProtocol

HEAD = b"GET / HTTP/1.1\r\nHost: api\r\n"
POST = b"POST / HTTP/1.1\r\nHost: api\r\nContent-Length: 10\r\n\r\n"


class Timer:
    def __init__(self, call: Callable[[], None]) -> None:
        self.call, self.waits = call, True

    def cancel(self) -> None:
        self.waits = False


class Loop:
    """Time passes for it when a test says so; what it is to run does not run by itself."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []

    def call_later(self, _seconds: float, call: Callable[[], None]) -> Timer:
        self.timers.append(Timer(call))
        return self.timers[-1]

    def create_task(self, work: Any) -> Any:
        work.close()
        return _Task()

    def pass_time(self) -> None:
        for timer in [timer for timer in self.timers if timer.waits]:
            timer.waits = False
            timer.call()


class _Task:
    def add_done_callback(self, _call: object) -> None:
        pass


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written, self.closed, self.aborted = b"", False, False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Three(BoundedProtocol):
    most = staticmethod(lambda: 3)


class Connection:
    def __init__(self, state: ServerState, config: uvicorn.Config) -> None:
        self.loop, self.transport = Loop(), Transport()
        self.protocol = Three(config, state, {}, self.loop)
        self.protocol.connection_made(self.transport)

    def send(self, data: bytes) -> None:
        self.protocol.data_received(data)

    def answer(self) -> None:
        """End the answer to the last request, as the app does."""
        self.protocol.cycle.response_complete = True
        self.protocol.on_response_complete()

    @property
    def status(self) -> int | None:
        written = self.transport.written
        return int(written.split(b" ")[1]) if written else None


@pytest.fixture
def connect() -> Callable[[], Connection]:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError("nothing is run here")

    config = uvicorn.Config(app, log_config=None, lifespan="off", interface="asgi3", ws="none")
    state = ServerState()
    return lambda: Connection(state, config)


def test_a_head_that_does_not_end_is_answered_and_closed(connect) -> None:
    connection = connect()
    connection.send(HEAD)
    connection.loop.pass_time()
    assert connection.status == 408
    assert b"request-too-slow" in connection.transport.written
    assert connection.transport.closed


def test_a_byte_now_and_then_buys_no_time(connect) -> None:
    connection = connect()
    for byte in HEAD:
        connection.send(bytes([byte]))
    assert len([timer for timer in connection.loop.timers if timer.waits]) == 1
    connection.loop.pass_time()
    assert connection.transport.closed


def test_a_connection_that_says_nothing_is_closed_without_a_word(connect) -> None:
    connection = connect()
    connection.loop.pass_time()
    assert (connection.transport.written, connection.transport.closed) == (b"", True)


def test_a_head_without_an_end_has_an_end(connect) -> None:
    connection = connect()
    connection.send(HEAD)
    for _ in range(MOST_HEAD_BYTES // 1024):
        connection.send(b"X-Long: " + b"x" * 1014 + b"\r\n")
    assert connection.status == 431
    assert connection.transport.closed


def test_a_request_that_is_served_has_all_time(connect) -> None:
    connection = connect()
    connection.send(HEAD + b"\r\n")
    connection.loop.pass_time()
    assert not connection.transport.closed


def test_the_next_request_of_a_connection_has_its_own_time(connect) -> None:
    connection = connect()
    connection.send(HEAD + b"\r\n")
    connection.answer()
    connection.send(HEAD)
    connection.loop.pass_time()
    assert connection.status == 408


def test_a_request_behind_one_that_is_served_does_not_break_its_answer(connect) -> None:
    connection = connect()
    connection.send(HEAD + b"\r\n" + HEAD)
    connection.loop.pass_time()
    assert (connection.transport.written, connection.transport.closed) == (b"", False)
    connection.answer()
    connection.loop.pass_time()
    assert connection.transport.closed


def test_the_rest_of_a_body_that_nobody_reads_is_waited_for_a_while(connect) -> None:
    connection = connect()
    connection.send(POST + b"12345")
    connection.answer()
    connection.send(b"6")
    assert not connection.transport.closed
    connection.loop.pass_time()
    assert connection.transport.closed


def test_an_answer_that_nobody_takes_ends_with_its_connection(connect) -> None:
    connection = connect()
    connection.send(HEAD + b"\r\n")
    connection.protocol.pause_writing()
    connection.protocol.resume_writing()
    connection.loop.pass_time()
    assert not connection.transport.aborted
    connection.protocol.pause_writing()
    connection.loop.pass_time()
    assert connection.transport.aborted


def test_one_too_many_takes_the_place_of_the_oldest_that_serves_nothing(connect) -> None:
    busy = connect()
    busy.send(HEAD + b"\r\n")
    idle = [connect(), connect()]
    newest = connect()
    assert [one.transport.closed for one in (busy, *idle, newest)] == [False, True, False, False]


def test_one_too_many_is_told_so_when_all_are_served(connect) -> None:
    served = [connect() for _ in range(3)]
    for one in served:
        one.send(HEAD + b"\r\n")
    newest = connect()
    assert (newest.status, newest.transport.closed) == (503, True)
    assert b"retry-after: 5" in newest.transport.written
    assert not any(one.transport.closed for one in served)


def test_nothing_is_left_of_a_connection_that_was_lost(connect) -> None:
    connection = connect()
    connection.send(HEAD)
    connection.protocol.connection_lost(None)
    assert not any(timer.waits for timer in connection.loop.timers)
