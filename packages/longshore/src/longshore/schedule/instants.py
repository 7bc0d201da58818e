"""Instants as the store keeps them (seconds) and as the schedule computes them (UTC).

Both are exact to the microsecond, so that two schedulers give one slot one name.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def instant(seconds: float) -> datetime:
    """The instant that many seconds after the epoch, in UTC."""
    return EPOCH + timedelta(microseconds=round(seconds * 1_000_000))


def seconds(at: datetime) -> float:
    """Seconds from the epoch to the instant."""
    return ((at - EPOCH) // MICROSECOND) / 1_000_000
