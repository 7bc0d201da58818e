"""Celery's ``--autoscale`` for a pool whose parent receives no jobs: it looks at its children."""

from __future__ import annotations

from time import monotonic
from typing import Any

from celery.worker.autoscale import AUTOSCALE_KEEPALIVE, Autoscaler

LOOK_EVERY_SECONDS = 1.0


class PoolAutoscaler(Autoscaler):  # type: ignore[misc]
    """One child more while all are busy, and fewer once some have been idle for long enough.

    ``keepalive`` is Celery's: for so many seconds nothing is taken away after all were busy.
    """

    def __init__(self, *args: Any, keepalive: float = AUTOSCALE_KEEPALIVE, **named: Any) -> None:
        # Celery's loop comes by as often as this says.
        super().__init__(*args, keepalive=min(keepalive, LOOK_EVERY_SECONDS), **named)
        self._idle_seconds, self._busy_at = keepalive, monotonic()

    @property
    def qty(self) -> int:
        """How many children there is work for."""
        busy = sum(bool(one.board.view().running) for one in self.pool.supervisor.processes)
        return busy + int(busy >= self.processes)

    def scale_up(self, n: int) -> Any:
        """All are busy: start more."""
        self._busy_at = monotonic()
        return super().scale_up(n)

    def scale_down(self, n: int) -> Any:
        """Some are idle: let them end, if they have been so for long enough."""
        if self.qty > self.processes:
            self._busy_at = monotonic()
        if monotonic() - self._busy_at > self._idle_seconds:
            return self._shrink(n)
        return None
