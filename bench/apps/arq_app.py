"""arq, results kept; polls often, since by default it would start a few hundred jobs a second."""

from __future__ import annotations

import asyncio
import sys
from typing import Any, ClassVar

from arq import create_pool, run_worker
from arq.connections import ArqRedis, RedisSettings

from bench import marks
from bench.environment import concurrency, redis_url

AT_ONCE = 100
REDIS = RedisSettings.from_dsn(redis_url())
pools: list[ArqRedis] = []


async def noop(_context: Any, _: float) -> None:
    """Do nothing."""
    marks.leave()


async def nap(_context: Any, seconds: float) -> None:
    """Wait, as for a slow answer."""
    await asyncio.sleep(seconds)
    marks.leave()


async def stamp(_context: Any, sent_ns: int) -> None:
    """Say when it began."""
    marks.leave(sent_ns)


class WorkerSettings:
    """What arq's command line reads."""

    functions: ClassVar = [noop, nap, stamp]
    redis_settings = REDIS
    max_jobs = concurrency()
    poll_delay = 0.005
    keep_result = 86_400


async def start() -> None:
    """Connect."""
    pools.append(await create_pool(REDIS))


async def stop() -> None:
    """Close the connections."""
    await pools.pop().close()


async def enqueue(task: str, argument: float) -> None:
    """One job."""
    await pools[0].enqueue_job(task, argument)


async def enqueue_many(task: str, argument: float, count: int) -> None:
    """arq has no call for many: a hundred at once."""
    for begin in range(0, count, AT_ONCE):
        some = range(begin, min(begin + AT_ONCE, count))
        await asyncio.gather(*(enqueue(task, argument) for _ in some))


if __name__ == "__main__":
    sys.exit(run_worker(WorkerSettings).jobs_failed)
