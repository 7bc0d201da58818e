"""The worker's own time limits hold for jobs that bring none, as in Celery."""

from __future__ import annotations

import pytest
from celery.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

from longshore.records import DeadReason
from longshore.store import jobs

OWN_THREADS = "longshore-threads"


@pytest.mark.parametrize("pool", ["prefork", "longshore", OWN_THREADS])
def test_the_hard_limit_of_the_worker_ends_a_job(shop, store, start, pool):
    start(pool=pool, more=("--time-limit=1",))
    endless = shop.module.ledger.delay("endless", 60.0)
    with pytest.raises(TimeLimitExceeded):
        endless.get(timeout=30)
    assert shop.lines() == ["start endless"]
    assert store.run(jobs.get(endless.id)).dead_reason is DeadReason.TIME_LIMIT


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_the_soft_limit_of_the_worker_is_raised_in_the_handler(shop, start, pool):
    start(pool=pool, more=("--soft-time-limit=1",))
    endless = shop.module.ledger.delay("endless", 60.0)
    with pytest.raises(SoftTimeLimitExceeded):
        endless.get(timeout=30)
    assert shop.lines() == ["start endless"]


@pytest.mark.parametrize("pool", ["longshore", OWN_THREADS])
def test_the_soft_limit_of_the_worker_is_raised_in_a_coroutine(shop, start, pool):
    start(pool=pool, more=("--soft-time-limit=1",))
    endless = shop.module.awaiting.delay("endless", 60.0)
    with pytest.raises(SoftTimeLimitExceeded):
        endless.get(timeout=30)
    assert shop.lines() == ["start endless"]


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_limit_of_the_task_goes_before_the_workers(shop, start, pool):
    start(pool=pool, more=("--time-limit=60",))
    with pytest.raises(TimeLimitExceeded):
        shop.module.too_long.delay().get(timeout=30)
