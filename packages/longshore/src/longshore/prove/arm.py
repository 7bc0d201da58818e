"""The two arms of the experiment: Longshore, and stock Celery with its best settings."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Arm(StrEnum):
    """Which broker transport and result backend the app runs on; all else is the same."""

    LONGSHORE = "longshore"
    STOCK = "stock"

    def url(self, place: str) -> str:
        """The broker and backend URL of a server given as ``host:port/database``.

        Longshore may be given sentinels: ``host:port,host:port/database?master=name``.
        """
        if self is Arm.LONGSHORE:
            return f"longshore{'+sentinel' if '?master=' in place else ''}://{place}"
        return f"redis://{place}"

    def transport_options(self, lease_seconds: float) -> dict[str, Any]:
        """How soon a dead worker's job may run elsewhere, as each transport is told it."""
        if self is Arm.LONGSHORE:
            return {"lease_seconds": lease_seconds}
        return {
            "visibility_timeout": lease_seconds,
            "socket_keepalive": True,
            # Every second, and not every hundredth, it looks for jobs to hand out again.
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
        }

    def settings(self) -> dict[str, Any]:
        """Celery's settings under which stock Celery loses least; Longshore needs none of them."""
        if self is Arm.LONGSHORE:
            return {}
        return {"task_acks_late": True, "task_reject_on_worker_lost": True}
