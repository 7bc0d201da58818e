"""Holding the interpreter's lock for long, and measuring that it was held."""

from __future__ import annotations

import threading
import time

TICK_SECONDS = 0.005


def hold(seconds: float) -> float:
    """Computes for so long in one C call; the longest time that no other thread ran.

    ``any`` over a ``map`` of C functions never returns to the interpreter's loop, where the lock
    is passed on.
    """
    ticker = _Ticker()
    ticker.start()
    until = time.monotonic() + seconds
    any(map(until.__le__, iter(time.monotonic, None)))
    return ticker.stop()


class _Ticker(threading.Thread):
    """Wants to run all the time; remembers for how long it could not."""

    def __init__(self) -> None:
        super().__init__(name="prove-ticker", daemon=True)
        self._longest = 0.0
        self._ended = threading.Event()

    def run(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(TICK_SECONDS):
            now = time.monotonic()
            self._longest, last = max(self._longest, now - last), now
        self._longest = max(self._longest, time.monotonic() - last)

    def stop(self) -> float:
        """Ends it; the longest time between two of its ticks."""
        self._ended.set()
        self.join()
        return self._longest
