"""Holding the interpreter's lock for long, and measuring that it was held."""

from __future__ import annotations

import threading
import time

#: Small enough to time within a few milliseconds.
SAMPLE = 200_000
SAMPLES = 10
TICK_SECONDS = 0.005


def hold(seconds: float) -> float:
    """Computes for about so long in one C call; the longest time that no other thread ran.

    ``sum`` over a ``range`` never returns to the interpreter's loop, where the lock is passed on.
    """
    ticker = _Ticker()
    ticker.start()
    sum(range(int(seconds * _rate())))
    return ticker.stop()


def _rate() -> float:
    """Items that ``sum`` adds up in a second here when nothing else runs, or a little less."""
    return max(_sampled_rate() for _ in range(SAMPLES))


def _sampled_rate() -> float:
    began = time.monotonic()
    sum(range(SAMPLE))
    return SAMPLE / max(time.monotonic() - began, 1e-6)


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
