"""A histogram as a row of cells: the sum of the values, then how many lie in each bucket."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The bounds of the buckets, upper ends included; one bucket more has what lies above."""

    bounds: tuple[float, ...]

    @property
    def size(self) -> int:
        """How many cells it takes."""
        return len(self.bounds) + 2

    def add(self, cells: memoryview[float], place: int, values: list[float]) -> None:
        """Counts values; many at once cost little more than one."""
        cells[place] += sum(values)
        if len(values) == 1:
            cells[place + 1 + bisect_left(self.bounds, values[0])] += 1.0
            return
        values.sort()
        begin, many = 0, len(values)
        while begin < many:
            bucket = bisect_left(self.bounds, values[begin])
            last = bucket == len(self.bounds)
            end = many if last else bisect_right(values, self.bounds[bucket], begin)
            cells[place + 1 + bucket] += end - begin
            begin = end

    def cumulative(self, block: Sequence[float]) -> Iterator[tuple[str, float]]:
        """The buckets as the exposition format has them: each bound, and how many lie below."""
        total = 0.0
        for bound, count in zip((*self.bounds, float("inf")), block[1:], strict=True):
            total += count
            yield ("+Inf" if bound == float("inf") else str(bound)), total
