"""saq on Redis, results kept."""

from __future__ import annotations

import asyncio
from typing import Any

from saq.queue.redis import RedisQueue

from bench import marks
from bench.environment import concurrency, redis_url

AT_ONCE = 100
OPTIONS: dict[str, Any] = {"retries": 3, "ttl": 86_400, "timeout": 60}
queue = RedisQueue.from_url(redis_url(), name="bench", max_concurrent_ops=64)


async def noop(_context: Any, *, argument: float) -> None:  # noqa: ARG001  saq passes it by name
    """Do nothing."""
    marks.leave()


async def nap(_context: Any, *, argument: float) -> None:
    """Wait, as for a slow answer."""
    await asyncio.sleep(argument)
    marks.leave()


async def stamp(_context: Any, *, argument: int) -> None:
    """Say when it began."""
    marks.leave(argument)


settings = {"queue": queue, "functions": [noop, nap, stamp], "concurrency": concurrency()}


async def start() -> None:
    """Connect."""
    await queue.connect()


async def stop() -> None:
    """Close the connections."""
    await queue.disconnect()


async def enqueue(task: str, argument: float) -> None:
    """One job."""
    await queue.enqueue(task, argument=argument, **OPTIONS)


async def enqueue_many(task: str, argument: float, count: int) -> None:
    """saq has no call for many: a hundred at once."""
    for begin in range(0, count, AT_ONCE):
        some = range(begin, min(begin + AT_ONCE, count))
        await asyncio.gather(*(enqueue(task, argument) for _ in some))
