"""The arithmetic: rates, percentiles, medians and how far repetitions lie apart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MIDDLE = 0.9


def middle_rate(times_ns: Sequence[int], middle: float = MIDDLE) -> float:
    """Jobs a second between the first and last mark of the middle part of sorted marks.

    The beginning, when processes still start, and the end, when some have run dry, stay out.

    Raises:
        ValueError: fewer than two different marks are left.
    """
    skipped = round(len(times_ns) * (1 - middle) / 2)
    kept = times_ns[skipped : len(times_ns) - skipped]
    if len(kept) < 2 or kept[-1] == kept[0]:
        raise ValueError(f"{len(times_ns)} marks are too few for a rate")
    return (len(kept) - 1) * 1e9 / (kept[-1] - kept[0])


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least this share does not exceed (nearest rank).

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * percent / 100) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of the repetitions, and the lowest and highest of them."""

    median: float
    low: float
    high: float
    repetitions: int

    @property
    def percent(self) -> float:
        """How far lowest and highest lie apart, in percent of the median."""
        return 100 * (self.high - self.low) / self.median if self.median else 0.0


def spread(values: Sequence[float]) -> Spread:
    """Median and range.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("no values")
    return Spread(statistics.median(values), min(values), max(values), len(values))


def ratio(ours: float, theirs: float) -> float:
    """How many times theirs ours is; nothing to compare with is infinitely better."""
    return ours / theirs if theirs else math.inf
