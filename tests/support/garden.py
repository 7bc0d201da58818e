"""A small app of job classes, loaded by a real worker: each job fails in a way of its own."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from celery import Celery

from longshore import running
from longshore.errors import Cancelled, Permanent, Transient
from longshore.jobs import Attempt, Job, bind, handles
from longshore.retry import RetryPolicy


class Unwanted(Exception):
    """The job is no longer wanted."""


class Fate(StrEnum):
    FLOURISH = "flourish"
    WITHER = "wither"
    NEVER = "never"
    UNWANTED = "unwanted"
    LINGER = "linger"
    BLIGHT = "blight"
    UPROOT = "uproot"


class Grow(
    Job,
    task="garden.grow",
    queue="garden",
    retry=RetryPolicy(
        max_retries=2,
        first_delay_seconds=0.1,
        max_delay_seconds=1,
        jitter=0,
        discard_on=(Unwanted,),
    ),
    soft_time_limit_seconds=0.5,
    time_limit_seconds=5,
):
    fate: Fate


@handles(Grow)
def grow(job: Grow, attempt: Attempt) -> int:
    if job.fate is Fate.UNWANTED:
        raise Unwanted
    if job.fate is Fate.LINGER:
        time.sleep(30)
    if job.fate is Fate.BLIGHT:
        message = "the soil is salty"
        raise Permanent(message)
    if job.fate is Fate.UPROOT:
        os.kill(os.getpid(), signal.SIGKILL)
    if job.fate is Fate.NEVER or (job.fate is Fate.WITHER and attempt.attempt < 3):
        message = f"no rain in attempt {attempt.attempt}"
        raise Transient(message)
    return attempt.attempt


class Fell(
    Job,
    task="garden.fell",
    queue="garden",
    max_deliveries=1,
    soft_time_limit_seconds=0.5,
    time_limit_seconds=5,
):
    """A tree is felled once, or not at all."""


@handles(Fell)
def fell(_job: Fell, _attempt: Attempt) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Water(
    Job, task="garden.water", queue="garden", soft_time_limit_seconds=40, time_limit_seconds=60
):
    """Waters bed after bed, until it is asked to stop."""

    beds: int = 0


@handles(Water)
def water(job: Water, _attempt: Attempt) -> str:
    for bed in range(job.beds or 3000):
        running.progress(bed + 1, job.beds or 3000, f"bed {bed + 1}")
        if running.cancelled():
            message = "asked to stop"
            raise Cancelled(message)
        if not job.beds:
            time.sleep(0.01)
    return "watered"


@contextmanager
def alone(attempt: Attempt) -> Iterator[Attempt]:
    yield attempt


URL = os.environ.get("GARDEN_URL", "longshore://127.0.0.1:1/0")
app = Celery("garden", broker=URL, backend=URL)
app.conf.task_default_queue = "garden"
bind(app, [grow, fell, water], alone)
