from __future__ import annotations

import math

import pytest
from bench.rates import middle_rate, percentile, ratio, spread

MILLISECOND_NS = 1_000_000


def test_an_even_stream_has_its_own_rate():
    assert middle_rate([n * MILLISECOND_NS for n in range(1001)]) == pytest.approx(1000)


def test_a_slow_start_and_a_slow_end_do_not_count():
    even = [n * MILLISECOND_NS for n in range(1000)]
    slow_start = [n - 60_000 * MILLISECOND_NS for n in range(20)]
    slow_end = [(n + 60_000) * MILLISECOND_NS for n in range(20)]
    assert middle_rate([*slow_start, *even, *slow_end]) == pytest.approx(1000)


@pytest.mark.parametrize("marks", [[], [1], [5, 5, 5]])
def test_marks_without_a_span_have_no_rate(marks):
    with pytest.raises(ValueError, match="too few"):
        middle_rate(marks)


@pytest.mark.parametrize(
    ("percent", "expected"), [(50, 50), (95, 95), (99, 99), (100, 100), (0, 1)]
)
def test_a_percentile_is_a_value_that_was_seen(percent, expected):
    assert percentile([*range(100, 0, -1)], percent) == expected


def test_of_nothing_there_is_no_percentile_and_no_spread():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)
    with pytest.raises(ValueError, match="no values"):
        spread([])


def test_a_spread_keeps_the_outliers_in_sight():
    found = spread([100.0, 90.0, 400.0])
    assert (found.median, found.low, found.high, found.repetitions) == (100.0, 90.0, 400.0, 3)
    assert found.percent == pytest.approx(310)


def test_over_nothing_the_ratio_is_infinite():
    assert ratio(3, 2) == 1.5
    assert ratio(3, 0) == math.inf
