"""The service levels of the set."""

from __future__ import annotations

from enum import StrEnum


class Queue(StrEnum):
    """A named line with one service level; a worker set serves one or more of them."""

    HIGH = "high"
    """Somebody waits for the answer: seconds of work at most."""
    NORMAL = "normal"
    """What a user asked for and does not wait for."""
    LOW = "low"
    """Housekeeping, which may wait for hours."""
