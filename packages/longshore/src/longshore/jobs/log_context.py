"""Every log line of an attempt says which job it belongs to."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar

from celery import Task
from celery.signals import task_postrun, task_prerun
from structlog.contextvars import bound_contextvars

from longshore import current
from longshore.jobs.attempt import Attempt

# A stack, because an eager task may run inside another one.
_open: ContextVar[tuple[ExitStack, ...]] = ContextVar("longshore_log_context", default=())


def follow_attempts() -> None:
    """Bind log lines to the attempt that runs, for all Celery tasks of this process.

    It listens to Celery's signals, so that Celery's own lines about the task are bound too.
    """
    task_prerun.connect(_begin, weak=False, dispatch_uid="longshore.jobs.log_context")
    task_postrun.connect(_end, weak=False, dispatch_uid="longshore.jobs.log_context")


@contextmanager
def in_request(request_id: str | None) -> Generator[None]:
    """Let what is enqueued in this block belong to the request that this attempt serves."""
    token = current.request_id.set(request_id)
    try:
        yield
    finally:
        current.request_id.reset(token)


def _begin(task: Task, **_: object) -> None:
    stack = ExitStack()
    stack.enter_context(bound_contextvars(**Attempt.of(task).log_context()))
    _open.set((*_open.get(), stack))


def _end(**_: object) -> None:
    if not _open.get():
        return
    *outer, stack = _open.get()
    _open.set(tuple(outer))
    stack.close()
