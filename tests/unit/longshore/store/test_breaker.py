"""The circuit breaker, with time passed in."""

from __future__ import annotations

from longshore.store.breaker import Breaker


def test_it_lets_calls_through_until_one_fails():
    breaker = Breaker(open_seconds=5)
    assert breaker.allows(0)
    assert not breaker.is_open
    breaker.failed(1)
    assert breaker.is_open
    assert not breaker.allows(5.9)


def test_one_call_is_let_through_to_try():
    breaker = Breaker(open_seconds=5)
    breaker.failed(0)
    assert breaker.allows(5)
    assert not breaker.allows(5.1)
    assert breaker.allows(10)


def test_an_answer_closes_it():
    breaker = Breaker(open_seconds=5)
    breaker.failed(0)
    breaker.succeeded()
    assert breaker.allows(0.1)
    assert not breaker.is_open


def test_without_a_time_it_never_opens():
    breaker = Breaker(open_seconds=0)
    breaker.failed(0)
    assert breaker.allows(0)
    assert not breaker.is_open
