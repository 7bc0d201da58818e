"""Jobs about the set itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from longshore.jobs import Job
from longshore_tasks.queues import Queue
from longshore_tasks.retries import NEVER, STANDARD

Summand = Annotated[int, Field(ge=-(2**53), le=2**53)]


class Add(
    Job,
    task="system.add",
    queue=Queue.HIGH,
    summary="Add two numbers: the health job, which proves that jobs run and answer.",
    retry=NEVER,
    soft_time_limit_seconds=5,
    time_limit_seconds=10,
):
    """The result is ``a + b``."""

    a: Summand
    b: Summand


class Echo(
    Job,
    task="system.echo",
    queue=Queue.NORMAL,
    summary="Log a text and return it: the task to copy for a new one.",
    retry=STANDARD,
    soft_time_limit_seconds=10,
    time_limit_seconds=15,
):
    """The result is the text."""

    text: str = Field(min_length=1, max_length=10_000)
