"""Percentiles out of buckets on a logarithmic scale."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from longshore.store.sketches import GROWTH, quantiles, recent


def bucket(seconds: float) -> int:
    return math.floor(math.log(seconds) / math.log(GROWTH))


def test_nothing_has_no_percentile() -> None:
    found = quantiles({})
    assert (found.count, found.p50, found.p95, found.p99) == (0, None, None, None)


@pytest.mark.parametrize("seed", range(5))
def test_a_percentile_is_wrong_by_at_most_a_tenth(seed: int) -> None:
    chance = random.Random(seed)
    values = sorted(chance.lognormvariate(-3, 2) for _ in range(5000))
    found = quantiles(Counter(map(bucket, values)))
    for share, told in ((0.5, found.p50), (0.95, found.p95), (0.99, found.p99)):
        true = values[math.ceil(share * len(values)) - 1]
        assert told == pytest.approx(true, rel=0.1)


def test_outcomes_and_buckets_are_told_apart_by_queue() -> None:
    row = [b"q\x1fsucceeded", 3, b"q\x1fretried", 1, b"q\x1fr-8", 3, b"q\x1fw4", 3, b"r\x1fdead", 1]
    few, many, day = recent("t").read([[], row, row])
    assert (few.seconds, many.seconds, day.seconds) == (300, 3600, 86_400)
    assert not few.queues
    first, second = many.queues
    assert (first.queue, first.outcomes["succeeded"], first.outcomes["retried"]) == ("q", 3, 1)
    assert (first.wait.count, first.wait.p50) == (3, pytest.approx(GROWTH**4.5))
    assert (first.run.count, first.run.p99) == (3, pytest.approx(GROWTH**-7.5, abs=1e-6))
    assert (second.queue, second.outcomes["dead"], second.wait.count) == ("r", 1, 0)
