"""The broker's clock between two readings: all schedulers go by it, whatever their own say."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from longshore.schedule.instants import instant


class BrokerClock:
    """Counts on from the broker's last answer by the monotonic clock of this machine."""

    def __init__(self, answered_seconds: float) -> None:
        self._answered = instant(answered_seconds)
        self._read_at = time.monotonic()

    def now(self) -> datetime:
        """The broker's time, at most a round trip behind."""
        return self._answered + timedelta(seconds=time.monotonic() - self._read_at)
