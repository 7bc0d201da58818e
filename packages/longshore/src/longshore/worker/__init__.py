"""What a Celery worker gains on a Longshore broker; installed by its URL alone."""

from __future__ import annotations

from celery import signals

from longshore.worker import attempts, setup, shutdown

__all__ = ["connect_signals"]


def connect_signals() -> None:
    """Connects the worker's extensions to Celery's signals, once."""
    uid = "longshore"
    signals.worker_init.connect(setup.on_worker_init, weak=False, dispatch_uid=uid)
    signals.worker_shutdown.connect(shutdown.on_worker_shutdown, weak=False, dispatch_uid=uid)
    signals.task_prerun.connect(attempts.on_task_prerun, weak=False, dispatch_uid=uid)
    signals.task_postrun.connect(attempts.on_task_postrun, weak=False, dispatch_uid=uid)
