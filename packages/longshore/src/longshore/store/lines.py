"""Connections for script calls, each used by one call at a time.

redis-py's own way from a pool to an answer costs three times the processor time of the call itself:
it counts, times and checks what the store decides for itself.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from typing import Any

import redis

from longshore.store.packing import pack

#: The server may close a connection that rests.
UNWATCHED_SECONDS = 1.0


class Lines:
    """Up to ``most`` connections of a pool's kind; safe between threads and across a fork.

    One that was idle for longer than ``unwatched_seconds`` is looked at before it is used.

    Raises (from its calls): what redis-py raises; a ``ConnectionError`` also when all are in use.
    """

    def __init__(
        self, pool: redis.ConnectionPool, most: int, unwatched_seconds: float = UNWATCHED_SECONDS
    ) -> None:
        self._pool, self._most = pool, most
        self._unwatched_seconds = unwatched_seconds
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._pid, self._made = os.getpid(), 0
        self._idle: list[tuple[Any, float]] = []

    def call(self, *words: Any) -> Any:
        """Sends one command and waits for its answer."""
        line = self._take()
        try:
            line.send_packed_command([pack(words)])
            answer = line.read_response()
        except redis.ResponseError:
            self._idle.append((line, time.monotonic()))
            raise
        except BaseException:
            # An answer may still be on its way, and would be taken for the next call's.
            self._drop(line)
            raise
        self._idle.append((line, time.monotonic()))
        return answer

    def call_all(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """Sends commands in one round trip; a refusal is an answer among the others."""
        line = self._take()
        try:
            line.send_packed_command([*map(pack, commands)])
            answers = [_answer(line) for _ in commands]
        except BaseException:
            self._drop(line)
            raise
        self._idle.append((line, time.monotonic()))
        return answers

    def _take(self) -> Any:
        if self._pid != os.getpid():
            self._lock = threading.Lock()
            self._begin()
        try:
            line, used_at = self._idle.pop()
        except IndexError:
            return self._connected(self._make())
        if time.monotonic() - used_at > self._unwatched_seconds and _was_closed(line):
            line.disconnect()
            return self._connected(line)
        return line

    def _connected(self, line: Any) -> Any:
        # One that sends without this does not ask the sentinels where to.
        try:
            line.connect()
        except BaseException:
            self._drop(line)
            raise
        return line

    def _make(self) -> Any:
        with self._lock:
            if self._made >= self._most:
                raise redis.ConnectionError("all connections are in use")
            self._made += 1
        return self._pool.connection_class(**self._pool.connection_kwargs)

    def _drop(self, line: Any) -> None:
        with self._lock:
            self._made -= 1
        line.disconnect()

    def close(self) -> None:
        """Closes those that no call uses."""
        while self._idle:
            self._drop(self._idle.pop()[0])


def _answer(line: Any) -> Any:
    try:
        return line.read_response()
    except redis.ResponseError as refusal:
        return refusal


def _was_closed(line: Any) -> bool:
    """Nothing is due on an idle connection: what can be read is its end."""
    try:
        return bool(line.can_read())
    except (redis.RedisError, OSError):
        return True
