"""Workers and their children are killed; the jobs are not lost."""

from __future__ import annotations

import pytest
from celery.exceptions import WorkerLostError

from longshore.records import DeadReason, JobState, Outcome
from longshore.store import jobs
from support.places import places
from support.until import until

POOLS = ("prefork", "longshore")


@pytest.fixture
def lease_seconds():
    """So long that a job that runs again renews its lease in time."""
    return 12.0


@pytest.mark.parametrize("pool", POOLS)
def test_a_killed_workers_job_is_finished_by_another(shop, store, client, start, end_leases, pool):
    workers = {name: start(name, pool=pool) for name in ("first", "second")}
    result = shop.module.gated.delay("held")
    until(lambda: "start held" in shop.lines())
    owner = store.run(jobs.get(result.id)).worker.partition("@")[0]
    workers[owner].kill()
    end_leases(owner)
    until(lambda: shop.lines() == ["start held", "start held"])
    shop.open_gate("held")
    assert result.get(timeout=60) == "held"
    record = store.run(jobs.get(result.id))
    assert (record.deliveries, record.attempts, record.interruptions) == (2, 1, 1)
    (told,) = store.run(jobs.attempts(result.id))
    assert told.outcome is Outcome.INTERRUPTED
    assert places(client, result.id) == ["terminal"]


@pytest.mark.parametrize("pool", POOLS)
def test_a_job_that_kills_its_process_is_quarantined_and_others_go_on(
    shop, store, client, start, pool
):
    worker = start(pool=pool)
    poison = shop.module.die.delay()
    others = [shop.module.add.delay(n, 1) for n in range(5)]
    assert [other.get(timeout=60) for other in others] == [1, 2, 3, 4, 5]
    until(lambda: store.run(jobs.get(poison.id)).state is JobState.DEAD)
    record = store.run(jobs.get(poison.id))
    assert (record.dead_reason, record.deliveries) == (DeadReason.QUARANTINED, 3)
    assert [told.outcome for told in store.run(jobs.attempts(poison.id))] == [
        Outcome.INTERRUPTED
    ] * 3
    assert places(client, poison.id) == ["dead"]
    assert isinstance(poison.get(timeout=60, propagate=False), WorkerLostError)
    assert worker.stop() == 0


@pytest.mark.parametrize("pool", POOLS)
def test_a_worker_that_slept_through_its_lease_is_refused(
    shop, store, client, start, end_leases, pool
):
    sleeper = start("sleeper", pool=pool)
    result = shop.module.slow_retry.delay(0.6)
    until(lambda: shop.lines() == ["slow_retry 0"])
    sleeper.freeze()
    start("awake", pool=pool)
    end_leases("sleeper")
    assert result.get(timeout=60) == "second attempt"
    sleeper.thaw()
    until(lambda: "refused" in sleeper.lines())
    assert shop.module.add.delay(1, 2).get(timeout=60) == 3
    # The call that the sleeper was in may be answered with the job: its run, too, changes nothing.
    assert shop.lines().count("slow_retry 0") in {2, 3}
    assert shop.lines().count("slow_retry 1") == 1
    record = store.run(jobs.get(result.id))
    assert (record.state, record.attempts) == (JobState.SUCCEEDED, 2)
    assert places(client, result.id) == ["terminal"]
