"""The log lines of a job's life, one for each step, all with the same fields."""

from __future__ import annotations

from typing import Any

import structlog

from longshore.jobs.attempt import Attempt
from longshore.records import DeadReason

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("longshore.jobs")


def claimed(attempt: Attempt) -> None:
    """Tell that the worker holds the job."""
    log.info("job claimed", **attempt.log_context())


def succeeded(attempt: Attempt, seconds: float) -> None:
    """Tell that the handler returned, after this many seconds."""
    log.info("job succeeded", **attempt.log_context(), run_seconds=round(seconds, 6))


def retried(attempt: Attempt, error: Exception, delay_seconds: float) -> None:
    """Tell that the job will be tried again."""
    fields = _error(error) | {"delay_seconds": round(delay_seconds, 3)}
    log.warning("job retried", **attempt.log_context(), **fields)


def discarded(attempt: Attempt, error: Exception) -> None:
    """Tell that the job was dropped on purpose."""
    log.warning("job discarded", **attempt.log_context(), **_error(error))


def buried(attempt: Attempt, error: Exception, reason: DeadReason) -> None:
    """Tell that the job went to the dead letters."""
    log.error("job dead", **attempt.log_context(), **_error(error), reason=reason.value)


def _error(error: Exception) -> dict[str, Any]:
    return {"error_type": type(error).__name__, "error_message": str(error)}
