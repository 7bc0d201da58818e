"""Celery's request on RabbitMQ: a job that ran out of its time is a dead letter, not run again."""

from __future__ import annotations

from typing import Any

from billiard.exceptions import TimeLimitExceeded
from celery.worker.request import Request


class RabbitRequest(Request):  # type: ignore[misc]  # Celery ships no types
    """A job in a worker. What fails is rejected, and RabbitMQ dead-letters it.

    The pool reports a hard time limit twice, as a failure and then as a timeout: the message stays
    until the second, which records the outcome first.
    """

    _timeout_follows = False
    _out_of_time = False

    def on_failure(
        self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False
    ) -> Any:
        """The handler has failed, or the pool is about to end it."""
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        self._timeout_follows = isinstance(error, TimeLimitExceeded)
        try:
            return super().on_failure(exc_info, send_failed_event, return_ok)
        finally:
            self._timeout_follows = False

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """The pool has ended the handler, or warned it."""
        self._out_of_time = not soft
        super().on_timeout(soft, timeout)

    def reject(self, requeue: bool = False) -> Any:
        """Give the message back; Celery would let a job that timed out run again."""
        if self._timeout_follows:
            return None
        return super().reject(requeue=requeue and not self._out_of_time)
