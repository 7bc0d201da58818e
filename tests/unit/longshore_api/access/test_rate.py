from __future__ import annotations

from typing import Any

import httpx
import pytest

from longshore_api.access.caller import Caller
from longshore_api.access.rate import RateLimit
from longshore_api.errors import TooManyRequests
from support.bearer import bearer

SHOP = Caller("shop", "key:1", frozenset())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def calls(limit: RateLimit, caller: Caller, most: int = 1000) -> int:
    """How many are taken until one is refused."""
    for number in range(most):
        try:
            limit.take(caller)
        except TooManyRequests:
            return number
    return most


def test_a_caller_may_be_two_seconds_ahead_of_its_rate_and_then_keeps_to_it() -> None:
    clock = Clock()
    limit = RateLimit(10, clock)
    assert calls(limit, SHOP) == 20
    clock.now += 0.5
    assert calls(limit, SHOP) == 5
    clock.now += 3600
    assert calls(limit, SHOP) == 20


def test_one_caller_takes_nothing_from_another() -> None:
    limit = RateLimit(1, Clock())
    calls(limit, SHOP)
    assert calls(limit, Caller("shop", "key:2", frozenset())) == 2


def test_a_keys_own_rate_goes_first() -> None:
    limit = RateLimit(1, Clock())
    assert calls(limit, Caller("shop", "key:3", frozenset(), rate_per_second=50)) == 100


def test_without_a_rate_nothing_is_counted() -> None:
    assert calls(RateLimit(None, Clock()), SHOP) == 1000


def test_the_refusal_says_when_to_come_again() -> None:
    limit = RateLimit(0.25, Clock())
    limit.take(SHOP)
    with pytest.raises(TooManyRequests) as caught:
        limit.take(SHOP)
    assert caught.value.headers == {"Retry-After": "4"}


@pytest.mark.anyio
@pytest.mark.parametrize("more", [{"rate_per_second": 0.5}])
async def test_a_caller_who_is_too_fast_gets_429(client: httpx.AsyncClient, make_key: Any) -> None:
    headers = bearer(make_key())
    answers = [await client.get("/api/v1/jobs", headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert 1 <= int(answers[1].headers["Retry-After"]) <= 2
    assert answers[1].json()["type"] == "urn:longshore:problem:too-many-requests"
