"""A claim is told when the worker gets the job, before a process of its pool begins it."""

from __future__ import annotations

from celery.signals import task_received
from celery.worker.request import Request

from longshore.jobs import lines
from longshore.jobs.attempt import Attempt

_tasks: set[str] = set()


def tell_claims(task: str) -> None:
    """Tell each claim of this task's jobs in a log line."""
    _tasks.add(task)
    task_received.connect(_tell, weak=False, dispatch_uid="longshore.jobs.claims")


def _tell(request: Request, **_: object) -> None:
    if request.name in _tasks:
        lines.claimed(Attempt.of_message(request))
