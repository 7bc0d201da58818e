"""Rate limits per task. Each child holds its share, so that together they keep the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from celery.utils.time import rate


@dataclass(slots=True)
class Bucket:
    """Holds at most one job's worth; fills at ``per_second``. Time is monotonic seconds."""

    per_second: float
    level: float = 1.0
    seen_at: float | None = None

    def wait(self, now: float) -> float:
        """Takes one job's worth, or says how many seconds from now there would be one."""
        if self.seen_at is None:
            self.seen_at = now
        else:
            self.level = min(1.0, self.level + (now - self.seen_at) * self.per_second)
        self.seen_at = now
        if self.level >= 1.0:
            self.level -= 1.0
            return 0.0
        return (1.0 - self.level) / self.per_second


@dataclass(slots=True)
class Rates:
    """The limits of this child; tasks without one never wait."""

    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def set(self, limits: Mapping[str, str | float], shares: int, slot: int) -> None:
        """New limits, as Celery writes them (``10/m``), of which this child has one share.

        ``slot`` counts the children from 0: each begins a step later than the one before, so
        that together they do not begin with a burst.
        """
        shares = max(shares, 1)
        first = 1.0 - (slot % shares) / shares
        self._buckets = {
            task: Bucket(per_second / shares, level=first)
            for task, limit in limits.items()
            if (per_second := rate(limit)) > 0
        }

    def wait(self, task: str, now: float) -> float:
        """Seconds that a job of this task must wait; 0 when it may begin now."""
        bucket = self._buckets.get(task)
        return bucket.wait(now) if bucket is not None else 0.0
