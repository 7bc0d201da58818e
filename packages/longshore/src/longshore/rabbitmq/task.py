"""Celery tasks whose runs have a record."""

from __future__ import annotations

from typing import Any

from celery import Task, states
from celery.exceptions import Ignore

from longshore import current
from longshore.outcome import claim_of
from longshore.rabbitmq.backend import DELAY


class RecordedTask(Task):  # type: ignore[misc]  # Celery ships no types
    """The base of all tasks of an app on RabbitMQ: ``Celery(task_cls=...)``."""

    abstract = True
    Request = "longshore.rabbitmq.request:RabbitRequest"

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:  # noqa: ARG002 - Celery's
        """Begin the run in its record.

        Raises:
            Ignore: the job has ended or was cancelled; its message is acknowledged unrun.
        """
        request = self.request
        if request.called_directly or request.is_eager:
            return
        held = self.backend.take_up(self.name, request)
        if held is None:
            raise Ignore
        request.longshore = held.header()
        current.claim.set(held)

    def replace(self, sig: Any) -> Any:
        """Let another task take its place as Celery does; the record waits for it."""
        held = claim_of(self.request)
        if held is not None:
            self.request.longshore = None
            self.backend.replaced(held)
        return super().replace(sig)

    def retry(self, *args: Any, countdown: float | None = None, **options: Any) -> Any:
        """Try again as Celery does; the record is told when."""
        wait = self.default_retry_delay if countdown is None else countdown
        setattr(self.request, DELAY, wait)
        return super().retry(*args, countdown=countdown, **options)


def on_task_postrun(task: Any, state: str, **_: Any) -> None:
    """Celery's signal: a run that ended in ``Ignore`` passes no backend."""
    held = claim_of(task.request)
    if state == states.IGNORED and held is not None and isinstance(task, RecordedTask):
        task.backend.ignored(held)
