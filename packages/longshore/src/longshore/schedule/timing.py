"""What every kind of schedule can say of its slots, whatever the time is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Due:
    """The newest slots that are due, oldest first, and how many older ones are due besides."""

    slots: tuple[datetime, ...]
    older: int = 0


class Timing(Protocol):
    """A series of instants in UTC, each strictly later than the one before."""

    def next_after(self, at: datetime) -> datetime | None:
        """The first slot later than ``at``; ``None`` when there is none."""
        ...

    def due(self, after: datetime, until: datetime, keep: int) -> Due:
        """The slots later than ``after`` and not later than ``until``, the newest ``keep``."""
        ...
