"""A small app on RabbitMQ, loaded by a real worker: each job fares in a way of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from celery import Celery, Task
from celery.exceptions import SoftTimeLimitExceeded

from longshore.errors import Permanent, Transient
from longshore.jobs import Attempt, Job, bind, handles
from longshore.rabbitmq.configuration import TASK_CLASS, complete_records, configuration
from longshore.retry import RetryPolicy

PLACE = Path(os.environ.get("HARBOUR_PLACE", "."))
QUEUE = os.environ.get("HARBOUR_QUEUE", "harbour")
MAX_DELIVERIES = 3


class Unwanted(Exception):
    """Nobody wants the load any more."""


class Fate(StrEnum):
    SAIL = "sail"
    MOOR = "moor"
    SINK = "sink"
    LEAK = "leak"
    TIDE = "tide"
    DRIFT = "drift"


class Load(
    Job,
    task="harbour.load",
    queue=QUEUE,
    retry=RetryPolicy(
        max_retries=2,
        first_delay_seconds=2,
        max_delay_seconds=2,
        jitter=0,
        discard_on=(Unwanted,),
    ),
    soft_time_limit_seconds=20,
    time_limit_seconds=30,
):
    fate: Fate
    name: str = ""


class Hurry(
    Job, task="harbour.hurry", queue=QUEUE, soft_time_limit_seconds=0.2, time_limit_seconds=0.5
):
    """Does not heed its soft time limit."""


@handles(Load)
def load(job: Load, attempt: Attempt) -> str:
    with (PLACE / "lines").open("a") as lines:
        lines.write(f"{job.name or job.fate} {attempt.attempt} {attempt.delivery}\n")
    if job.fate is Fate.MOOR:
        moored()
    if job.fate is Fate.SINK:
        os.kill(os.getpid(), signal.SIGKILL)
    if job.fate is Fate.LEAK:
        message = "the hull is rotten"
        raise Permanent(message)
    if job.fate is Fate.TIDE and attempt.attempt == 1:
        message = "low water"
        raise Transient(message)
    if job.fate is Fate.DRIFT:
        raise Unwanted
    return f"{attempt.job_id} sailed"


def moored() -> None:
    """Wait to be released, for longer than any test does."""
    for _ in range(2000):
        if (PLACE / "released").exists():
            return
        time.sleep(0.01)


@handles(Hurry)
def hurry(_job: Hurry, _attempt: Attempt) -> None:
    try:
        time.sleep(10)
    except SoftTimeLimitExceeded:
        time.sleep(10)


@contextmanager
def alone(attempt: Attempt) -> Iterator[Attempt]:
    yield attempt


app = Celery("harbour", task_cls=TASK_CLASS)
app.conf.update(
    configuration(
        os.environ.get("HARBOUR_BROKER", "amqp://127.0.0.1:1//"),
        os.environ.get("HARBOUR_RECORDS", "longshore://127.0.0.1:1/0"),
        {"max_deliveries": MAX_DELIVERIES},
        [QUEUE],
    ),
    task_default_queue=QUEUE,
)
if answer_seconds := os.environ.get("HARBOUR_ANSWER_SECONDS"):
    app.conf.broker_transport_options["read_timeout"] = float(answer_seconds)
complete_records(app)
bind(app, [load, hurry], alone)


@app.task(name="harbour.swap", bind=True)
def swap(self: Task) -> str:
    """Another task takes the place of this one, under the same id."""
    return self.replace(app.signature("harbour.swapped", queue=QUEUE))


@app.task(name="harbour.swapped", bind=True)
def swapped(self: Task) -> str:
    return f"{self.request.id} swapped"
