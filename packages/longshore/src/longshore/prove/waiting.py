"""Wait for a condition, for a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from longshore.errors import LongshoreError

T = TypeVar("T")

STEP_SECONDS = 0.02


class NotInTime(LongshoreError):
    """What was waited for did not come; says what, and for how long."""


def holds(condition: Callable[[], object], seconds: float) -> bool:
    """Whether the condition came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(STEP_SECONDS)
    return True


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Returns once the condition is true.

    Raises:
        NotInTime: it did not become true.
    """
    if not holds(condition, seconds):
        raise NotInTime(f"{what}: not within {seconds:g} s")
