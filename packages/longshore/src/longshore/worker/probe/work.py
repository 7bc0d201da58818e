"""What runs in a worker's pool at present, whichever pool it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from celery.worker import state

if TYPE_CHECKING:
    from longshore.worker.pool.supervisor import Supervisor


def running_seconds(pool: Any) -> list[float]:
    """For each running job, how long it has been running."""
    supervisor = getattr(pool, "supervisor", None)
    return list(_requests() if supervisor is None else _children(supervisor))


def _requests() -> Iterator[float]:
    now = time.time()
    for request in list(state.active_requests):
        if request.time_start is not None:
            yield now - request.time_start


def _children(supervisor: Supervisor) -> Iterator[float]:
    now = time.monotonic()
    for process in supervisor.processes:
        for one in process.board.view().running:
            yield now - one.started_at
