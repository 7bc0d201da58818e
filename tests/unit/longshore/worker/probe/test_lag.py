from __future__ import annotations

from longshore.worker.probe.lag import Lag


def test_a_loop_that_beats_in_time_is_not_late() -> None:
    lag = Lag(100.0)
    lag.beat(101.0)
    lag.beat(101.9)
    assert lag.read(102.5) == 0.0


def test_the_longest_delay_counts_until_it_is_read() -> None:
    lag = Lag(100.0)
    lag.beat(104.0)
    lag.beat(105.5)
    assert lag.read(105.6) == 3.0
    assert lag.read(105.7) == 0.0


def test_a_delay_that_lasts_counts_already() -> None:
    assert Lag(100.0).read(103.0) == 2.0


def test_standing_still_on_purpose_is_no_delay() -> None:
    lag = Lag(100.0)
    lag.rest(130.0)
    lag.beat(131.0)
    assert lag.read(131.0) == 0.0
