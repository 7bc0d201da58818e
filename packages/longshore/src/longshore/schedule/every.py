"""Slots at a fixed distance, counted from an anchor that outlives the scheduler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from longshore.schedule.timing import Due


@dataclass(frozen=True, slots=True)
class Every:
    """One slot each ``interval`` after ``anchor`` (in UTC); the anchor itself is none.

    The phase is the anchor's: a scheduler that starts again does not begin a new interval.
    """

    interval: timedelta
    anchor: datetime

    def next_after(self, at: datetime) -> datetime | None:
        """The first slot later than ``at``."""
        return self._slot(self._count(at) + 1)

    def due(self, after: datetime, until: datetime, keep: int) -> Due:
        """The slots later than ``after`` and not later than ``until``, the newest ``keep``."""
        first, last = self._count(after) + 1, self._count(until)
        listed = max(first, last - keep + 1)
        return Due(tuple(self._slot(n) for n in range(listed, last + 1)), max(listed - first, 0))

    def _count(self, at: datetime) -> int:
        return max((at - self.anchor) // self.interval, 0)

    def _slot(self, number: int) -> datetime:
        return self.anchor + number * self.interval
