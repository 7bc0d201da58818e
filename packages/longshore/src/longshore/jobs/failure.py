"""A failed attempt, told to Celery and to the log."""

from __future__ import annotations

from random import random
from typing import NoReturn

import structlog
from celery import Task
from celery.exceptions import Ignore, Reject, Retry

from longshore.jobs.attempt import Attempt
from longshore.jobs.spec import JobSpec
from longshore.outcome import REASON_ATTRIBUTE
from longshore.retry import Discard, RetryAfter, decide

log = structlog.stdlib.get_logger("longshore.jobs")


def fail(task: Task, spec: JobSpec, attempt: Attempt, error: Exception) -> NoReturn:
    """End the attempt as the task's retry policy says.

    Raises Retry after the retry was enqueued, Ignore for a discarded job, and the error itself
    for a job that goes to the dead letters. What a handler says in Celery's own words stands.
    """
    if isinstance(error, Ignore | Reject | Retry):
        raise error
    decision = decide(spec.retry, attempt.attempt, error, random=random())  # noqa: S311
    if isinstance(decision, RetryAfter):
        _log("job retried", attempt, error, delay_seconds=round(decision.seconds, 3))
        raise task.retry(exc=error, countdown=decision.seconds)
    if isinstance(decision, Discard):
        _log("job discarded", attempt, error)
        raise Ignore from error
    setattr(error, REASON_ATTRIBUTE, decision.reason)
    raise error


def _log(event: str, attempt: Attempt, error: Exception, **fields: object) -> None:
    log.warning(
        event,
        **(attempt.log_context() | fields),
        error_type=type(error).__name__,
        error_message=str(error),
    )
