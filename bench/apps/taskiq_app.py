"""taskiq on a Redis stream, its at-least-once broker, results kept in Redis."""

from __future__ import annotations

import asyncio
from typing import Any

from taskiq_redis import RedisAsyncResultBackend, RedisStreamBroker

from bench import marks
from bench.environment import redis_url

AT_ONCE = 100
results: RedisAsyncResultBackend[Any] = RedisAsyncResultBackend(redis_url(), result_ex_time=86_400)
# From the stream's beginning: jobs that were enqueued before the first worker are run as well.
broker = RedisStreamBroker(redis_url(), consumer_id="0").with_result_backend(results)


@broker.task
async def noop(_: float) -> None:
    """Do nothing."""
    marks.leave()


@broker.task
async def nap(seconds: float) -> None:
    """Wait, as for a slow answer."""
    await asyncio.sleep(seconds)
    marks.leave()


@broker.task
async def stamp(sent_ns: int) -> None:
    """Say when it began."""
    marks.leave(sent_ns)


TASKS: dict[str, Any] = {"noop": noop, "nap": nap, "stamp": stamp}


async def start() -> None:
    """Make the consumer group."""
    await broker.startup()


async def stop() -> None:
    """Close the connections."""
    await broker.shutdown()


async def enqueue(task: str, argument: float) -> None:
    """One job."""
    await TASKS[task].kiq(argument)


async def enqueue_many(task: str, argument: float, count: int) -> None:
    """taskiq has no call for many: a hundred at once."""
    for begin in range(0, count, AT_ONCE):
        some = range(begin, min(begin + AT_ONCE, count))
        await asyncio.gather(*(TASKS[task].kiq(argument) for _ in some))
