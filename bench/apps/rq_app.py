"""rq: a process per job, results kept."""

from __future__ import annotations

import time
from collections.abc import Callable

from redis import Redis
from rq import Queue

from bench import marks
from bench.environment import redis_url

AT_ONCE = 500
TTL_SECONDS = 86_400
queue = Queue("bench", connection=Redis.from_url(redis_url()))


def noop(_: float) -> None:
    """Do nothing."""
    marks.leave()


def nap(seconds: float) -> None:
    """Wait, as for a slow answer."""
    time.sleep(seconds)
    marks.leave()


def stamp(sent_ns: int) -> None:
    """Say when it began."""
    marks.leave(sent_ns)


TASKS: dict[str, Callable[..., None]] = {"noop": noop, "nap": nap, "stamp": stamp}


def enqueue(task: str, argument: float) -> None:
    """One job."""
    queue.enqueue(TASKS[task], argument, result_ttl=TTL_SECONDS)


def enqueue_many(task: str, argument: float, count: int) -> None:
    """Five hundred jobs in each round trip."""
    for begin in range(0, count, AT_ONCE):
        some = range(begin, min(begin + AT_ONCE, count))
        queue.enqueue_many(
            [queue.prepare_data(TASKS[task], (argument,), result_ttl=TTL_SECONDS) for _ in some]
        )
