"""A failed attempt, told to Celery and to the log."""

from __future__ import annotations

from random import random
from typing import NoReturn

from celery import Task
from celery.exceptions import Ignore, Reject, Retry

from longshore.jobs import lines
from longshore.jobs.attempt import Attempt
from longshore.jobs.spec import JobSpec
from longshore.outcome import REASON_ATTRIBUTE
from longshore.reporting import report
from longshore.retry import DeadLetter, Discard, RetryAfter, decide


def fail(task: Task, spec: JobSpec, attempt: Attempt, error: Exception) -> NoReturn:
    """End the attempt as the task's retry policy says.

    Raises Retry after the retry was enqueued, Ignore for a discarded job, and the error itself
    for a job that goes to the dead letters. What a handler says in Celery's own words stands.
    """
    if isinstance(error, Ignore | Reject | Retry):
        raise error
    match decide(spec.retry, attempt.attempt, error, random=random()):  # noqa: S311
        case RetryAfter(seconds):
            lines.retried(attempt, error, seconds)
            raise task.retry(exc=error, countdown=seconds)
        case Discard():
            lines.discarded(attempt, error)
            raise Ignore from error
        case DeadLetter(reason):
            lines.buried(attempt, error, reason)
            report(error, {**attempt.log_context(), "reason": reason.value})
            setattr(error, REASON_ATTRIBUTE, reason)
            raise error
