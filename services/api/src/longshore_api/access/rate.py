"""How often one credential may call, in this process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from longshore_api.access.caller import Caller
from longshore_api.access.memory import Bounded
from longshore_api.errors import TooManyRequests

REMEMBERED = 10_000
#: A caller may be this far ahead of its rate.
BURST_SECONDS = 2.0


@dataclass(slots=True)
class Bucket:
    """A token bucket: filled at ``rate`` per second up to ``size``, one taken for each call."""

    rate: float
    size: float
    level: float
    since: float

    @classmethod
    def full(cls, rate: float, now: float) -> Bucket:
        """Return one that nobody has taken from."""
        size = max(rate * BURST_SECONDS, 1.0)
        return cls(rate, size, size, now)

    def take(self, now: float) -> float:
        """Take one; return 0, or after how many seconds there will be one."""
        self.level = min(self.size, self.level + (now - self.since) * self.rate)
        self.since = now
        if self.level < 1.0:
            return (1.0 - self.level) / self.rate
        self.level -= 1.0
        return 0.0


class RateLimit:
    """One bucket for each credential; a key's own rate comes before the general one."""

    def __init__(
        self, per_second: float | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second, self._clock = per_second, clock
        self._buckets: Bounded[Bucket] = Bounded(REMEMBERED)

    def take(self, caller: Caller) -> None:
        """Count one call; raises TooManyRequests, which says when to come again."""
        rate = caller.rate_per_second or self._per_second
        if rate is None:
            return
        wait = self._bucket(f"{caller.credential} {caller.name}", rate).take(self._clock())
        if wait:
            raise TooManyRequests(rate, math.ceil(wait))

    def _bucket(self, name: str, rate: float) -> Bucket:
        bucket = self._buckets.get(name)
        if bucket is None or bucket.rate != rate:
            bucket = Bucket.full(rate, self._clock())
            self._buckets.put(name, bucket)
        return bucket
