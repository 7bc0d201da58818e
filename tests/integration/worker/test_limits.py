"""The worker's own time limits hold for jobs that bring none, as in Celery."""

from __future__ import annotations

import pytest
from celery.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

from longshore.records import DeadReason
from longshore.store import jobs

OWN_THREADS = "longshore-threads"


@pytest.mark.parametrize("pool", ["prefork", "longshore", OWN_THREADS])
def test_the_limits_of_the_worker_end_a_job(shop, store, start, pool):
    start(pool=pool, more=("--soft-time-limit=0.5", "--time-limit=2"))
    if pool != OWN_THREADS:
        with pytest.raises(SoftTimeLimitExceeded):
            shop.module.ledger.delay("handler", 60.0).get(timeout=60)
    if pool != "prefork":
        with pytest.raises(SoftTimeLimitExceeded):
            shop.module.awaiting.delay("coroutine", 60.0).get(timeout=60)
    heedless = shop.module.heedless.delay("heedless")
    with pytest.raises(TimeLimitExceeded):
        heedless.get(timeout=60)
    assert store.run(jobs.get(heedless.id)).dead_reason is DeadReason.TIME_LIMIT
    assert not [line for line in shop.lines() if line.startswith("end")]


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_limit_of_the_task_goes_before_the_workers(shop, start, pool):
    start(pool=pool, more=("--time-limit=60",))
    with pytest.raises(TimeLimitExceeded):
        shop.module.too_long.delay().get(timeout=60)
