"""When a service is started again."""

from __future__ import annotations

from longshore_local.run.restarts import restart_delay


def test_the_wait_doubles_with_each_end_in_a_minute() -> None:
    ends = [0.0, 10.0, 20.0, 30.0, 40.0]

    delays = [restart_delay(ends[: n + 1], ends[n]) for n in range(5)]

    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_the_sixth_end_in_a_minute_is_too_many() -> None:
    assert restart_delay([0, 1, 2, 3, 4, 5], now=5) is None


def test_ends_of_long_ago_are_forgotten() -> None:
    assert restart_delay([0, 1, 2, 3, 4, 500], now=500) == 0.5
