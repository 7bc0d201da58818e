"""How many jobs to claim at once: a few milliseconds of work, not a number."""

from __future__ import annotations

from dataclasses import dataclass

AHEAD_SECONDS = 0.016
MOST = 100
WEIGHT = 0.1


@dataclass(slots=True)
class Lookahead:
    """Follows how long jobs take, as a moving average; starts by claiming one at a time."""

    average_seconds: float = AHEAD_SECONDS

    def ran(self, jobs: int, seconds: float) -> None:
        """So many jobs took so long together."""
        if jobs:
            weight = min(WEIGHT * jobs, 0.5)
            self.average_seconds += weight * (seconds / jobs - self.average_seconds)

    @property
    def claim(self) -> int:
        """How many to claim now."""
        return max(1, min(MOST, int(AHEAD_SECONDS / max(self.average_seconds, 1e-6))))
