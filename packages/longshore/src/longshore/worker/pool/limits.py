"""Time limits of jobs whose message and task have none: the worker's own."""

from __future__ import annotations

from typing import Any


class Limits:
    """Seconds; ``None``: no limit. Set before the children are forked."""

    def __init__(self) -> None:
        self._soft: float | None = None
        self._hard: float | None = None

    def follow(self, options: dict[str, Any]) -> None:
        """Takes ``--soft-time-limit`` and ``--time-limit``, or the settings behind them."""
        self._soft, self._hard = options.get("soft_timeout"), options.get("timeout")

    def of(self, task: Any, request: Any) -> tuple[float | None, float | None]:
        """The soft and the hard limit of a job: its message's, its task's, or the worker's."""
        hard, soft = request.get("timelimit") or (None, None)
        return (
            soft or getattr(task, "soft_time_limit", None) or self._soft,
            hard or getattr(task, "time_limit", None) or self._hard,
        )


LIMITS = Limits()
