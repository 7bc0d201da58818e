"""A warm shutdown that ends: after the drain limit, what still runs goes back to its queue.

Celery waits without limit for its pool, and at times for ever (the join of a pool that lost a
process). Nothing is lost by ending it: a job cut short is claimed again, and a drain does not
count towards quarantine.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterable
from typing import Any

from celery.utils.log import get_logger

from longshore import reporting, tracing
from longshore.errors import SettingsError
from longshore.transport.book import BOOK
from longshore.worker.shutdown import give_back

logger = get_logger(__name__)

OPTION = "drain_seconds"


def drain_limit(options: dict[str, Any]) -> float | None:
    """Seconds that a warm shutdown may take, from ``broker_transport_options``; none by default.

    Raises:
        SettingsError: it is not a positive number.
    """
    value = options.get(OPTION)
    if value is None:
        return None
    if not isinstance(value, int | float) or value <= 0:
        raise SettingsError(f"{OPTION} is {value!r} but must be a number of seconds above 0")
    return float(value)


class Watchdog:
    """Ends the worker when its drain takes longer than the limit."""

    def __init__(self, worker: Any, limit_seconds: float) -> None:
        self._worker, self._limit_seconds = worker, limit_seconds

    def on_shutting_down(self, **_: Any) -> None:
        """The first signal of a shutdown came: the time runs."""
        threading.Thread(target=self._watch, name="longshore-drain", daemon=True).start()

    def _watch(self) -> None:
        time.sleep(self._limit_seconds)
        logger.warning("drain limit of %g s reached: running jobs go back", self._limit_seconds)
        self.end()

    def end(self) -> None:
        """Ends the pool's processes, gives their jobs back and leaves; never returns."""
        supervisor = getattr(self._worker.pool, "supervisor", None)
        if supervisor is not None:
            supervisor.terminate()
        else:
            kill(self._worker.pool)
        for entry in reversed(BOOK.entries()):
            give_back(entry)
        tracing.flush()
        reporting.flush()
        logging.shutdown()
        os._exit(0)


def kill(pool: Any) -> None:
    """Ends a pool's processes at once; pools without processes end with this one."""
    for pid in _processes(pool):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            logger.debug("pool process %d had ended", pid)


def _processes(pool: Any) -> Iterable[int]:
    inner = getattr(getattr(pool, "_pool", None), "_pool", None) or ()
    return [process.pid for process in inner if getattr(process, "pid", None)]
