"""dramatiq on Redis, results kept."""

from __future__ import annotations

import time
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends.redis import RedisBackend

from bench import marks
from bench.environment import redis_url

broker = RedisBroker(url=redis_url())
broker.add_middleware(Results(backend=RedisBackend(url=redis_url()), result_ttl=86_400_000))
dramatiq.set_broker(broker)


@dramatiq.actor(store_results=True)
def noop(_: float) -> None:
    """Do nothing."""
    marks.leave()


@dramatiq.actor(store_results=True)
def nap(seconds: float) -> None:
    """Wait, as for a slow answer."""
    time.sleep(seconds)
    marks.leave()


@dramatiq.actor(store_results=True)
def stamp(sent_ns: int) -> None:
    """Say when it began."""
    marks.leave(sent_ns)


TASKS: dict[str, Any] = {"noop": noop, "nap": nap, "stamp": stamp}


def enqueue(task: str, argument: float) -> None:
    """One job."""
    TASKS[task].send(argument)


def enqueue_many(task: str, argument: float, count: int) -> None:
    """dramatiq has no call for many."""
    for _ in range(count):
        TASKS[task].send(argument)
