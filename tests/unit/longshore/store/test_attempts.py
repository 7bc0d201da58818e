"""How often a call is tried before its deadline, by a clock that the test moves."""

from __future__ import annotations

import pytest
import redis

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.store.attempts import Attempts
from longshore.store.breaker import Breaker
from longshore.store.connecting import client_options
from longshore.store.settings import StoreSettings

SETTINGS = StoreSettings(deadline_seconds=2.0, breaker_seconds=10)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker() -> Breaker:
    return Breaker(SETTINGS.breaker_seconds)


@pytest.fixture
def attempts(clock: Clock, breaker: Breaker) -> Attempts:
    return Attempts("enqueue", "here", SETTINGS, breaker, clock)


def test_one_answer_may_take_less_than_the_deadline_connecting_included() -> None:
    options = client_options(SETTINGS)
    assert options["socket_timeout"] == options["socket_connect_timeout"] == 1.5


def test_a_call_that_timed_out_is_not_tried_again(
    attempts: Attempts, clock: Clock, breaker: Breaker
) -> None:
    clock.now += SETTINGS.answer_seconds
    with pytest.raises(BrokerUnavailable, match=r"did not answer enqueue within 1\.5 s"):
        attempts.connection_failed(redis.TimeoutError())
    assert breaker.is_open


def test_a_refused_connection_is_tried_again_for_a_quarter_of_the_deadline(
    attempts: Attempts, clock: Clock
) -> None:
    refused = redis.ConnectionError("refused")
    attempts.connection_failed(refused)
    clock.now += SETTINGS.deadline_seconds * 0.24
    attempts.connection_failed(refused)
    clock.now += SETTINGS.deadline_seconds * 0.01
    with pytest.raises(BrokerUnavailable, match="ConnectionError"):
        attempts.connection_failed(refused)


def test_a_last_try_ends_within_the_deadline() -> None:
    latest = SETTINGS.deadline_seconds * 0.25
    assert latest + SETTINGS.answer_seconds <= SETTINGS.deadline_seconds


def test_a_demoted_primary_is_asked_elsewhere_for_a_quarter_of_the_deadline(
    attempts: Attempts, clock: Clock
) -> None:
    demoted = redis.ResponseError("READONLY You can't write against a read only replica.")
    attempts.refused(demoted)
    clock.now += SETTINGS.deadline_seconds * 0.25
    with pytest.raises(BrokerRefused, match="READONLY"):
        attempts.refused(demoted)


def test_while_the_breaker_is_open_nothing_is_tried(
    attempts: Attempts, clock: Clock, breaker: Breaker
) -> None:
    clock.now += 2.0
    with pytest.raises(BrokerUnavailable):
        attempts.connection_failed(redis.TimeoutError())
    with pytest.raises(BrokerUnavailable, match="not asking it again"):
        Attempts("enqueue", "here", SETTINGS, breaker, clock)
    clock.now += SETTINGS.breaker_seconds
    Attempts("enqueue", "here", SETTINGS, breaker, clock).answered()
    assert not breaker.is_open
