"""A circuit breaker: after one call found the broker unavailable the next ones fail at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Breaker:
    """Open for ``open_seconds`` after a failure, then one call is let through to try.

    Time is passed in (monotonic seconds), so that behaviour can be tested without waiting.
    """

    open_seconds: float
    opened_at: float | None = None

    def allows(self, now: float) -> bool:
        """Whether a call may go out now; the first one after the wait goes out as a trial."""
        if self.opened_at is None or self.open_seconds <= 0:
            return True
        if now - self.opened_at < self.open_seconds:
            return False
        self.opened_at = now
        return True

    def failed(self, now: float) -> None:
        """A call found the broker unavailable."""
        self.opened_at = now

    def succeeded(self) -> None:
        """A call was answered."""
        self.opened_at = None

    @property
    def is_open(self) -> bool:
        """Whether calls fail at once at present, a trial apart."""
        return self.opened_at is not None and self.open_seconds > 0
