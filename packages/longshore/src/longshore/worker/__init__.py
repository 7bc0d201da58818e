"""What a Celery worker gains on a Longshore broker; installed by its URL alone."""

from __future__ import annotations

from celery import signals

from longshore import reporting, tracing
from longshore.worker import attempts, setup, shutdown

__all__ = ["connect_signals"]

UID = "longshore"


def connect_signals() -> None:
    """Connects the worker's extensions to Celery's signals, once."""
    signals.worker_init.connect(setup.on_worker_init, weak=False, dispatch_uid=UID)
    signals.worker_shutdown.connect(shutdown.on_worker_shutdown, weak=False, dispatch_uid=UID)
    attempts.connect_signals()
    signals.worker_process_shutdown.connect(_flush, weak=False, dispatch_uid=UID)


def _flush(**_: object) -> None:
    """A pool's process ends without Python's own end."""
    tracing.flush()
    reporting.flush()
