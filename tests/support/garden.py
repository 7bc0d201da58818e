"""A small app of job classes, loaded by a real worker: each job fails in a way of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from celery import Celery

from longshore.errors import Transient
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
    soft_time_limit_seconds=1,
    time_limit_seconds=5,
):
    fate: Fate


@handles(Grow)
def grow(job: Grow, attempt: Attempt) -> int:
    if job.fate is Fate.UNWANTED:
        raise Unwanted
    if job.fate is Fate.LINGER:
        time.sleep(30)
    if job.fate is Fate.NEVER or (job.fate is Fate.WITHER and attempt.attempt < 3):
        message = f"no rain in attempt {attempt.attempt}"
        raise Transient(message)
    return attempt.attempt


@contextmanager
def alone(attempt: Attempt) -> Iterator[Attempt]:
    yield attempt


URL = os.environ.get("GARDEN_URL", "longshore://127.0.0.1:1/0")
app = Celery("garden", broker=URL, backend=URL)
app.conf.task_default_queue = "garden"
bind(app, [grow], alone)
