"""What a Celery worker gains on a Longshore broker; installed by its URL alone."""

from __future__ import annotations

from celery import signals

from longshore.worker import attempts, setup, shutdown

__all__ = ["connect_signals", "disconnect_attempt_signals"]

UID = "longshore"


def connect_signals() -> None:
    """Connects the worker's extensions to Celery's signals, once."""
    signals.worker_init.connect(setup.on_worker_init, weak=False, dispatch_uid=UID)
    signals.worker_shutdown.connect(shutdown.on_worker_shutdown, weak=False, dispatch_uid=UID)
    signals.task_prerun.connect(attempts.on_task_prerun, weak=False, dispatch_uid=UID)
    signals.task_postrun.connect(attempts.on_task_postrun, weak=False, dispatch_uid=UID)


def disconnect_attempt_signals() -> None:
    """For a pool that marks its attempts itself, which costs a tenth of two signals."""
    signals.task_prerun.disconnect(dispatch_uid=UID)
    signals.task_postrun.disconnect(dispatch_uid=UID)
