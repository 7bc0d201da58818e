"""A request's id goes with everything that is enqueued because of it."""

from __future__ import annotations

from longshore.current import request_id
from longshore.store import jobs
from support.until import until


def test_it_reaches_the_job_and_its_children(shop, store, start):
    start()
    token = request_id.set("request-7")
    try:
        result = shop.module.traced.delay(2)
    finally:
        request_id.reset(token)
    until(lambda: len(shop.lines()) == 3)
    assert shop.lines() == ["traced request-7"] * 3
    assert store.run(jobs.get(result.id)).request_id == "request-7"


def test_without_a_request_there_is_none(shop, start):
    start()
    shop.module.traced.delay()
    until(lambda: shop.lines() == ["traced None"])
