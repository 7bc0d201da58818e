"""A client that posts over kept connections: ``python -m bench.load PORT PATH SECONDS …``.

Each connection sends its next request when the answer to the last has come. It is as light as
Python allows (uvloop, bytes made once), because it shares the machine with what it measures.
``{key}`` in a header is replaced by a number that no other request has.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sys
import time
from functools import partial
from typing import cast

import uvloop

from bench.rates import percentile

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
KEYS = itertools.count(time.time_ns())
#: Until threads, connections and subscriptions are there, which takes some libraries seconds.
WARM_SECONDS, LONGEST_WARM_SECONDS = 0.5, 15.0
WARM_ANSWERS = 20


class Course:
    """When measuring begins, for all connections at once, and when it ends.

    It begins when there have been twenty answers for each connection, and never within the first
    half second: what a library does once in a process is no part of what a request costs.
    """

    def __init__(self, seconds: float, connections: int, opened: float) -> None:
        self._seconds, self._opened = seconds, opened
        self._cold_answers = connections * WARM_ANSWERS
        self.began: float | None = None

    def goes_on(self, now: float) -> bool:
        """Note an answer, and say whether the next may be asked for."""
        self._cold_answers -= 1
        if self.began is None and self._is_warm(now - self._opened):
            self.began = now
        return self.began is None or now < self.began + self._seconds

    def _is_warm(self, seconds: float) -> bool:
        if seconds >= LONGEST_WARM_SECONDS:
            return True
        return seconds >= WARM_SECONDS and self._cold_answers <= 0


class Connection(asyncio.Protocol):
    """One connection that asks and asks until it is told to stop."""

    def __init__(self, request: bytes, course: Course, ended: asyncio.Future[None]) -> None:
        self._request, self._course, self.ended = request, course, ended
        self._buffer = b""
        self._sent = 0.0
        self.answers: list[tuple[float, float]] = []
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's transports are asyncio's by behaviour only.
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._sent = time.monotonic()
        self._transport.write(self._request.replace(b"{key}", str(next(KEYS)).encode()))

    def data_received(self, data: bytes) -> None:
        """An answer, or a piece of one."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not found or length is None or len(body) < int(length[1]):
            return
        self._buffer = b""
        now = time.monotonic()
        self.answers.append((now, now - self._sent))
        self.refused += b" 202 " not in head[:20]
        if self._course.goes_on(now):
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Done, or the server has gone."""
        if not self.ended.done():
            self.ended.set_result(None)
        if error is not None or not self.answers:
            self.refused += 1


def request(path: str, body: str, headers: list[str]) -> bytes:
    """The request's bytes."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body.encode())}",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


async def drive(port: int, seconds: float, connections: int, asked: bytes) -> dict[str, float]:
    """Requests a second and their waits, once it is warm."""
    loop = asyncio.get_running_loop()
    course = Course(seconds, connections, time.monotonic())
    opened = [Connection(asked, course, loop.create_future()) for _ in range(connections)]
    for one in opened:
        await loop.create_connection(partial(_same, one), "127.0.0.1", port)
    await asyncio.gather(*(one.ended for one in opened))
    began = course.began
    if began is None:
        raise ConnectionError("the server closed its connections before it was warm")
    waits = [wait for one in opened for at, wait in one.answers if at >= began]
    return {
        "rate": len(waits) / seconds,
        "p50": percentile(waits, 50),
        "p99": percentile(waits, 99),
        "refused": sum(one.refused for one in opened),
        "answers": sum(len(one.answers) for one in opened),
    }


def _same(connection: Connection) -> Connection:
    return connection


def main(words: list[str]) -> None:
    """Drive, and print the outcome as JSON."""
    port, path, seconds, connections, body, *headers = words
    asked = request(path, body, headers)
    outcome = uvloop.run(drive(int(port), float(seconds), int(connections), asked))
    sys.stdout.write(json.dumps(outcome) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
