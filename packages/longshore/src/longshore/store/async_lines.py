"""The same as ``lines`` for an event loop: connections of which each makes one call at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import redis
import redis.asyncio

from longshore.store.packing import pack


class AsyncLines:
    """Up to ``most`` connections of a pool's kind, bound to one loop.

    They have no time limit of their own, which would cost a task a call: whoever calls has one.

    Raises (from its calls): what redis-py raises; a ``ConnectionError`` also when all are in use.
    """

    def __init__(self, pool: redis.asyncio.ConnectionPool, most: int) -> None:
        self._pool, self._most = pool, most
        self._made = 0
        self._idle: list[Any] = []

    async def call(self, *words: Any) -> Any:
        """Sends one command and waits for its answer."""
        line = self._idle.pop() if self._idle else await self._connected(self._make())
        try:
            await line.send_packed_command(pack(words), check_health=False)
            answer = await line.read_response()
        except redis.ResponseError:
            self._idle.append(line)
            raise
        except (redis.ConnectionError, OSError):
            await self._drop(line)
            # What ended this one has likely ended those that rest, too.
            await self._drop_idle()
            raise
        except BaseException:
            # An answer may still be on its way, and would be taken for the next call's.
            await self._drop(line)
            raise
        self._idle.append(line)
        return answer

    async def call_all(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """Sends commands in one round trip; a refusal is an answer among the others."""
        line = self._idle.pop() if self._idle else await self._connected(self._make())
        try:
            await line.send_packed_command([*map(pack, commands)], check_health=False)
            answers = [await _answer(line) for _ in commands]
        except BaseException:
            await self._drop(line)
            await self._drop_idle()
            raise
        self._idle.append(line)
        return answers

    async def _connected(self, line: Any) -> Any:
        # One that sends without this does not ask the sentinels where to.
        try:
            await line.connect()
        except BaseException:
            await self._drop(line)
            raise
        return line

    def _make(self) -> Any:
        if self._made >= self._most:
            raise redis.ConnectionError("all connections are in use")
        self._made += 1
        named = {**self._pool.connection_kwargs, "socket_timeout": None}
        return self._pool.connection_class(**named)

    async def _drop(self, line: Any) -> None:
        self._made -= 1
        await line.disconnect(nowait=True)

    async def _drop_idle(self) -> None:
        while self._idle:
            await self._drop(self._idle.pop())

    async def aclose(self) -> None:
        """Closes those that no call uses, and returns when they are closed."""
        while self._idle:
            self._made -= 1
            await self._idle.pop().disconnect()


async def _answer(line: Any) -> Any:
    try:
        return await line.read_response()
    except redis.ResponseError as refusal:
        return refusal
