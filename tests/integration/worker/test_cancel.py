"""A cancel holds wherever the job is, and when workers restart."""

from __future__ import annotations

import pytest
from celery.exceptions import TaskRevokedError

from longshore.records import JobState
from longshore.store import jobs
from support.places import places
from support.until import until


def test_cancelled_before_any_worker_runs(shop, store, client, start, clock):
    queued = shop.module.ledger.delay("queued")
    delayed = shop.module.ledger.apply_async(("delayed",), countdown=60)
    for result in (queued, delayed):
        assert store.run(jobs.cancel(result.id)) is JobState.CANCELLED
        with pytest.raises(TaskRevokedError):
            result.get(timeout=60)
    start()
    later = shop.module.add.apply_async((1, 2), countdown=61)
    clock.advance(61)
    assert later.get(timeout=60) == 3
    assert shop.lines() == []
    assert places(client, queued.id) == places(client, delayed.id) == ["terminal"]


def test_a_revoke_outlives_the_worker_that_was_told(shop, store, client, start, clock):
    first = start("first")
    result = shop.module.ledger.apply_async(("revoked",), countdown=60)
    result.revoke()
    until(lambda: store.run(jobs.get(result.id)).state is JobState.CANCELLED)
    assert first.stop() == 0
    clock.advance(60)
    start("second")
    assert shop.module.add.delay(1, 2).get(timeout=60) == 3
    assert places(client, result.id) == ["terminal"]
