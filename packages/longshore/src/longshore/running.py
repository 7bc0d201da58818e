"""What a handler may say and ask while it runs: how far it is, and whether it shall go on.

Both go to the broker at most twice a second, whatever the handler does, and neither fails a job:
a broker that is away is asked again later.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from celery import current_task

from longshore import current
from longshore.errors import BrokerError
from longshore.store import Call, Store
from longshore.store.control import Standing, standing, tell_progress

EVERY_SECONDS = 0.5
NOTE_LIMIT = 500


@dataclass(slots=True)
class _Run:
    """What is known of one run: when the broker was last told and asked, and what it said."""

    held: current.Claim
    told_at: float = -EVERY_SECONDS
    asked_at: float = -EVERY_SECONDS
    answer: Standing = Standing.HELD


_run: ContextVar[_Run | None] = ContextVar("longshore_run", default=None)


def progress(done: float, total: float | None = None, note: str = "") -> None:
    """Tells how far the job is; the end (``done`` equals ``total``) is always told.

    Outside of a Longshore worker nothing happens.
    """
    found = _found()
    if found is None:
        return
    held, run, store = found
    now = time.monotonic()
    if now - run.told_at < EVERY_SECONDS and done != total:
        return
    run.told_at = run.asked_at = now
    _ask(run, store, tell_progress(held, done, total, note[:NOTE_LIMIT]))


def cancelled() -> bool:
    """Whether the handler should stop: a cancel was asked for, or its lease was lost.

    A handler that then raises ``longshore.errors.Cancelled`` ends its job as cancelled.
    """
    found = _found()
    if found is None:
        return False
    held, run, store = found
    now = time.monotonic()
    if run.answer is Standing.HELD and now - run.asked_at >= EVERY_SECONDS:
        run.asked_at = now
        _ask(run, store, standing(held))
    return run.answer is not Standing.HELD


def _found() -> tuple[current.Claim, _Run, Store] | None:
    held, store = current.claim.get(), _store(current_task)
    if held is None or store is None:
        return None
    run = _run.get()
    if run is None or run.held != held:
        run = _Run(held)
        _run.set(run)
    return held, run, store


def _store(task: Any) -> Store | None:
    return getattr(task.backend, "broker_store", None) if task else None


def _ask(run: _Run, store: Store, call: Call[Standing]) -> None:
    try:
        run.answer = store.run(call)
    except BrokerError:
        # The keeper says so; here it is no reason to end a run.
        return
