"""Announces ends that no handler reached to chords, chains and error callbacks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import states
from celery.app.task import Context
from celery.app.trace import loads_message as loads
from celery.app.trace import prepare_accept_content
from celery.exceptions import NotRegistered, TaskRevokedError
from celery.signals import task_failure, task_revoked
from celery.utils.log import get_logger

from longshore.current import running
from longshore.errors import BrokerError
from longshore.records import DeadReason, JobState
from longshore.store import Store
from longshore.store.claims import Delivery
from longshore.store.ends import End, announced, ends
from longshore.worker.pool.runner import Prepared, prepare

logger = get_logger(__name__)


class Announcer:
    """Announces ends in a thread of its own: an error callback may be a user's code.

    The thread starts with the first end; ``queues`` names those that the worker consumes.
    """

    def __init__(self, app: Any, hostname: str, queues: Callable[[], list[str]]) -> None:
        self._app, self._hostname, self._queues = app, hostname, queues
        self._due, self._lock = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self, store: Store) -> None:
        """Have the ends announced that wait in this store; return at once."""
        self._due.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                name = "longshore-announcer"
                self._thread = threading.Thread(
                    target=self._run, args=(store,), name=name, daemon=True
                )
                self._thread.start()

    def _run(self, store: Store) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            try:
                while waiting := store.run(ends(self._queues())):
                    for end in waiting:
                        self.announce(end)
                        store.run(announced(end))
            except BrokerError as error:
                logger.warning("ends of jobs are announced when the broker is back: %s", error)

    def announce(self, end: End) -> None:
        """Tell the job's chord, chain and error callbacks how it ended.

        What they raise is logged, as it is where a handler has failed.
        """
        try:
            with running(end.claim):
                self._announce(end, self._request_of(end))
        except Exception:
            logger.exception("the end of job %s was announced in part only", end.job_id)

    def _announce(self, end: End, request: Context) -> None:
        task = self._app.tasks.get(request.task)
        backend = self._app.backend if task is None else task.backend
        error = error_of(end, request.task)
        cancelled = end.state is JobState.CANCELLED
        state = states.REVOKED if cancelled else states.FAILURE
        backend.mark_as_failure(
            end.job_id, error, request=request, call_errbacks=not cancelled, state=state
        )
        if cancelled:
            task_revoked.send(
                sender=task, request=request, terminated=False, signum=None, expired=False
            )
        elif task is not None:
            task_failure.send(
                sender=task, task_id=end.job_id, exception=error, args=request.args,
                kwargs=request.kwargs, traceback=None, einfo=None,
            )  # fmt: skip

    def _request_of(self, end: End) -> Context:
        """The request with what its message says of chord, chain and error callbacks."""
        try:
            prepared = prepare(Delivery(end.queue, end.raw, end.claim), self._hostname)
            args, kwargs, embed = self._decode(prepared)
        except Exception as error:  # noqa: BLE001  whatever a codec raises
            logger.warning(
                "chord, chain and error callbacks of job %s cannot be read: %s", end.job_id, error
            )
            return Context(json.loads(end.raw)["headers"])
        request = {**prepared.request, "args": args, "kwargs": kwargs, **(embed or {})}
        del request["longshore"]
        return Context(request)

    def _decode(self, prepared: Prepared) -> Any:
        accept = prepare_accept_content(self._app.conf.accept_content)
        kind, coding = prepared.content_type, prepared.content_encoding
        return loads(prepared.body, kind, coding, accept=accept)


def error_of(end: End, task: str) -> BaseException:
    """Return the error that Celery has for this end."""
    if end.state is JobState.CANCELLED:
        error: BaseException = TaskRevokedError("revoked")
    elif end.reason is DeadReason.UNKNOWN_TASK:
        error = NotRegistered(task)
    elif end.reason is DeadReason.UNDECODABLE:
        error = ValueError(end.message)
    else:
        error = WorkerLostError(end.message)
    return error
