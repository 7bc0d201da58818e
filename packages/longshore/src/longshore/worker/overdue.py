"""Time limits that pass while the broker is away, when Celery's loop stands still, or refuses.

Attempts have ended meanwhile: the answer of one waits to be read, the child of another waits to
settle it. On prefork Celery looks at its timers before anything else and would end both.
"""
# ruff: noqa: SLF001  Celery's pool and billiard's jobs tell it nowhere else

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from longshore.transport.keeper import KEEPERS

#: A limit that is enforced so late was not looked at: the loop stood still.
LATE_SECONDS = 1.0
#: For a child to settle, and for the loop to read what it says.
PATIENCE_SECONDS = 3.0


def spare_ended(processes: Any, hub: Any) -> None:
    """Has a prefork pool (``AsynPool``) look at such limits a little later. May be called again."""
    stock = type(processes)
    if not hasattr(stock, "_on_hard_timeout"):
        return
    processes._on_soft_timeout = _patient(processes, hub, stock._on_soft_timeout, "_soft_timeout")
    processes._on_hard_timeout = _patient(processes, hub, stock._on_hard_timeout, "_timeout")


def _patient(
    processes: Any, hub: Any, enforce: Callable[..., None], limit: str
) -> Callable[..., None]:
    def look(job: Any, *named: Any) -> None:
        running = processes._cache.get(job)
        if running is not None and not KEEPERS.well:
            hub.call_later(PATIENCE_SECONDS, look, job, *named)
        elif running is not None and _late(running, getattr(running, limit)) > LATE_SECONDS:
            hub.call_later(PATIENCE_SECONDS, enforce, processes, job, *named)
        else:
            enforce(processes, job, *named)

    return look


def _late(running: Any, limit_seconds: float | None) -> float:
    began = running._time_accepted
    if began is None or limit_seconds is None:
        return 0.0
    return float(time.monotonic() - began - limit_seconds)
