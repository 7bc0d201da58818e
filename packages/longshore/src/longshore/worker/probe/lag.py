"""How late the main loop is: a timer that should fire every second tells."""

from __future__ import annotations

BEAT_SECONDS = 1.0


class Lag:
    """The longest delay between two beats since it was last read; times are monotonic seconds."""

    def __init__(self, now: float) -> None:
        self._last, self._worst = now, 0.0

    def beat(self, now: float) -> None:
        """The timer fired."""
        self._worst = max(self._worst, self._overdue(now))
        self._last = now

    def rest(self, now: float) -> None:
        """The loop stands still on purpose: that is no delay."""
        self._last = now

    def read(self, now: float) -> float:
        """The longest delay, the one that lasts included; then counts anew."""
        worst = max(self._worst, self._overdue(now))
        self._worst = 0.0
        return worst

    def _overdue(self, now: float) -> float:
        return max(now - self._last - BEAT_SECONDS, 0.0)
