"""Jobs that tell people of dead letters."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from longshore.jobs import Job
from longshore_tasks.queues import Queue
from longshore_tasks.retries import NEVER, STANDARD

MOST_EXAMPLES = 10
Counts = Annotated[dict[str, int], Field(max_length=50)]


class WatchDeadLetters(
    Job,
    task="alerts.watch",
    queue=Queue.HIGH,
    scope=None,
    summary="Look for dead letters that have arrived, and alert people of each task's once.",
    retry=NEVER,
    soft_time_limit_seconds=20,
    time_limit_seconds=30,
):
    """Enqueues one alert for each task and window; done twice, it enqueues no second one."""


class PostAlert(
    Job,
    task="alerts.post",
    queue=Queue.HIGH,
    scope=None,
    summary="Post an alert to the webhook, signed.",
    retry=STANDARD,
    soft_time_limit_seconds=30,
    time_limit_seconds=45,
):
    """What is posted: how many dead letters of one task arrived in one window, and why.

    ``counted`` is false when there were more than were looked at.
    """

    dead_task: str = Field(max_length=255)
    window_start: AwareDatetime
    window_end: AwareDatetime
    count: int = Field(ge=1)
    counted: bool = True
    reasons: Counts
    errors: Counts
    examples: tuple[str, ...] = Field(default=(), max_length=MOST_EXAMPLES)
