"""A lease says nothing of how long a job may take."""

from __future__ import annotations

from longshore.store import jobs
from support.until import until

POOLS = ("prefork", "threads", "solo", "longshore")


def test_a_job_that_outlives_its_lease_runs_once_on_every_pool(shop, store, start, outlive_lease):
    for pool in POOLS:
        start(pool, pool=pool, queues=pool)
    results = {pool: shop.module.gated.apply_async((pool,), queue=pool) for pool in POOLS}
    until(lambda: all(f"start {pool}" in shop.lines() for pool in POOLS))
    outlive_lease()
    for pool in POOLS:
        shop.open_gate(pool)
    for pool, result in results.items():
        assert result.get(timeout=60) == pool
        assert shop.lines().count(f"start {pool}") == 1
        assert store.run(jobs.get(result.id)).deliveries == 1
