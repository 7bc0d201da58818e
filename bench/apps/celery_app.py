"""Celery, on whichever broker ``BENCH_URL`` names: ``redis://`` or ``longshore://``."""

from __future__ import annotations

import time
from typing import Any

from celery import Celery

from bench import marks
from bench.environment import redis_url

app = Celery("bench", broker=redis_url(), backend=redis_url())
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=16,
    broker_transport_options={"visibility_timeout": 60} if "redis://" in redis_url() else {},
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)


@app.task
def noop(_: float) -> None:
    """Do nothing."""
    marks.leave()


@app.task
def nap(seconds: float) -> None:
    """Wait, as for a slow answer."""
    time.sleep(seconds)
    marks.leave()


@app.task
def stamp(sent_ns: int) -> None:
    """Say when it began."""
    marks.leave(sent_ns)


TASKS: dict[str, Any] = {"noop": noop, "nap": nap, "stamp": stamp}


def enqueue(task: str, argument: float) -> None:
    """One job."""
    TASKS[task].delay(argument)


def enqueue_many(task: str, argument: float, count: int) -> None:
    """Celery has no call for many."""
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(count):
            TASKS[task].apply_async((argument,), producer=producer)
