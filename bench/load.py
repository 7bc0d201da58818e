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
WARM_SECONDS = 0.5


class Connection(asyncio.Protocol):
    """One connection that asks and asks until it is told to stop."""

    def __init__(self, request: bytes, until: float, ended: asyncio.Future[None]) -> None:
        self._request, self._until, self.ended = request, until, ended
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
        if now < self._until:
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
    """Requests a second and their waits, without the first half second."""
    loop = asyncio.get_running_loop()
    began = time.monotonic() + WARM_SECONDS
    opened = [Connection(asked, began + seconds, loop.create_future()) for _ in range(connections)]
    for one in opened:
        await loop.create_connection(partial(_same, one), "127.0.0.1", port)
    await asyncio.gather(*(one.ended for one in opened))
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
