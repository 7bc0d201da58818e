"""A request's id goes with everything that is enqueued because of it."""

from __future__ import annotations

from longshore.current import request_id
from longshore.store import jobs
from support.until import until


def traces(shop):
    return [line for line in shop.lines() if line.startswith("traced ")]


def test_it_reaches_the_job_and_its_children(shop, store):
    token = request_id.set("request-7")
    try:
        result = shop.module.traced.delay(2)
    finally:
        request_id.reset(token)
    until(lambda: traces(shop).count("traced request-7") == 3)
    assert store.run(jobs.get(result.id)).request_id == "request-7"


def test_without_a_request_there_is_none(shop):
    shop.module.traced.delay()
    until(lambda: "traced None" in traces(shop))
