"""Celery's task events, sent by the child that runs the job; nothing is sent unless they are on."""

from __future__ import annotations

import time
from typing import Any

from celery.exceptions import Ignore, Reject, Retry
from celery.utils.log import get_logger
from celery.utils.saferepr import saferepr

from longshore.worker.pool.board import Held

logger = get_logger(__name__)


def raised(result: Any) -> BaseException:
    """The exception that Celery's tracer reports, out of its wrappers."""
    error: BaseException = result.exception
    plain = isinstance(error, Retry | Reject | Ignore)
    inner: BaseException = error if plain else getattr(error, "exc", error)
    return inner


class Events:
    """Sends ``task-received``, ``task-started`` and how the attempt ended."""

    def __init__(self, app: Any, hostname: str) -> None:
        self._app, self._hostname = app, hostname
        self._dispatcher: Any = None
        self.enabled = False

    def turn(self, on: bool) -> None:
        """Follows the worker's own switch (``-E``, ``enable_events``)."""
        self.enabled = on
        if on and self._dispatcher is None:
            connection = self._app.connection_for_write()
            self._dispatcher = self._app.events.Dispatcher(connection, hostname=self._hostname)

    def received(self, held: Held, request: dict[str, Any]) -> None:
        """A job was claimed and is about to begin."""
        self._send(
            "task-received",
            held,
            name=held.task,
            args=request.get("argsrepr"),
            kwargs=request.get("kwargsrepr"),
            root_id=request.get("root_id"),
            parent_id=request.get("parent_id"),
            retries=request.get("retries") or 0,
            eta=None,
            expires=request.get("expires"),
        )
        self._send("task-started", held)

    def ended(self, held: Held, failed: bool, result: Any, runtime: float | None) -> None:
        """An attempt has ended; ``result`` is what Celery's tracer returned."""
        if not failed:
            self._send("task-succeeded", held, result=result, runtime=runtime)
            return
        error = raised(result)
        if isinstance(error, Ignore):
            return
        if isinstance(error, Reject):
            self._send("task-rejected", held, requeue=error.requeue)
            if error.requeue:
                return
        kind, shown = "task-failed", error
        if isinstance(error, Retry):
            kind, shown = "task-retried", error.exc or error
        self._send(kind, held, exception=saferepr(shown), traceback=str(result.traceback))

    def failed(self, job_id: str, exception: str, traceback: str | None = None) -> None:
        """A job has failed without an attempt that could tell."""
        if self.enabled:
            self._publish("task-failed", job_id, exception=exception, traceback=traceback)

    def revoked(self, job_id: str, *, terminated: bool, signum: int | None, expired: bool) -> None:
        """A job is not to run any more."""
        if self.enabled:
            fields = {"terminated": terminated, "signum": signum, "expired": expired}
            self._publish("task-revoked", job_id, **fields)

    def _send(self, kind: str, held: Held, **fields: Any) -> None:
        self._publish(kind, held.claim.job_id, **fields)

    def _publish(self, kind: str, job_id: str, **fields: Any) -> None:
        try:
            self._dispatcher.send(kind, uuid=job_id, timestamp=time.time(), **fields)
        except Exception as error:  # noqa: BLE001  no job fails for an event
            logger.warning("an event was not sent: %s", error)
