"""Wait for a condition, for a bounded time, unless the whole proof is being ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from longshore.errors import LongshoreError

T = TypeVar("T")

STEP_SECONDS = 0.02

_ended = threading.Event()


class NotInTime(LongshoreError):
    """What was waited for did not come; says what, and for how long."""


class Stopped(Exception):
    """Somebody ended the proof while this waited."""


def end_all_waiting() -> None:
    """Makes every thread that waits, now or later, give up: the process is about to end."""
    _ended.set()


def pause(seconds: float) -> None:
    """Lets time pass.

    Raises:
        Stopped: the proof is being ended.
    """
    if _ended.wait(max(seconds, 0.0)):
        raise Stopped


def holds(condition: Callable[[], object], seconds: float) -> bool:
    """Whether the condition came true within so many seconds.

    Raises:
        Stopped: the proof is being ended.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause(STEP_SECONDS)
    return True


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Returns once the condition is true.

    Raises:
        NotInTime: it did not become true.
        Stopped: the proof is being ended.
    """
    if not holds(condition, seconds):
        raise NotInTime(f"{what}: not within {seconds:g} s")
