"""What a load test measured."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from longshore.records import JobState
from longshore_local.api import Record

PERCENTS = (50, 95, 99)


@dataclass(slots=True)
class Measured:
    """Seconds of each post and of the phases, the last record of each job, and every error."""

    posts: list[float] = field(default_factory=list[float])
    records: list[Record] = field(default_factory=list[Record])
    errors: Counter[str] = field(default_factory=Counter[str])
    post_seconds: float = 0.0
    total_seconds: float = 0.0

    @property
    def states(self) -> Counter[str]:
        """How many jobs ended in which state."""
        return Counter(record.state.value for record in self.records)

    @property
    def flawless(self) -> bool:
        """Whether every post was taken and every job succeeded."""
        all_done = all(record.state is JobState.SUCCEEDED for record in self.records)
        return all_done and not self.errors and len(self.records) == len(self.posts) > 0

    def as_json(self) -> dict[str, Any]:
        """Return the figures; times in seconds."""
        return {
            "posts": len(self.posts),
            "posts_per_second": rate(len(self.posts), self.post_seconds),
            "post_seconds": self.post_seconds,
            "total_seconds": self.total_seconds,
            "jobs_per_second": rate(len(self.records), self.total_seconds),
            "latency_seconds": {
                "post": percentiles(self.posts),
                "wait": percentiles([r.wait_seconds for r in self.records]),
                "run": percentiles([r.run_seconds for r in self.records]),
            },
            "states": dict(self.states),
            "errors": dict(self.errors),
        }


def rate(count: int, seconds: float) -> float:
    """Return events per second."""
    return count / seconds if seconds else 0.0


def percentiles(values: Sequence[float | None]) -> dict[str, float]:
    """Return the values at 50, 95 and 99 % by nearest rank, and the largest."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return {}
    found = {f"p{p}": known[math.ceil(len(known) * p / 100) - 1] for p in PERCENTS}
    return {**found, "max": known[-1]}
