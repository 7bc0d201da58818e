"""``-P longshore-threads``: several handlers in one child, each with its own lease and end."""

from __future__ import annotations

import os
import signal

import psutil
import pytest
from billiard.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded

from longshore.records import JobState
from longshore.store import jobs
from longshore.store.queues import all_status
from support.places import places
from support.until import until

POOL = "longshore-threads"


@pytest.fixture
def worker(start):
    return start(pool=POOL, concurrency=4)


def child_of(worker):
    (child,) = psutil.Process(worker.pid).children()
    return child.pid


def test_handlers_run_at_the_same_time_and_no_more_than_there_are_threads(shop, worker):
    results = [shop.module.gated.delay(str(n)) for n in range(6)]
    until(lambda: len(shop.lines()) == 4)
    assert not [line for line in shop.lines() if line.startswith("end")]
    for n in range(6):
        shop.open_gate(str(n))
    assert [result.get(timeout=60) for result in results] == [str(n) for n in range(6)]
    ended = shop.lines().index(next(line for line in shop.lines() if line.startswith("end")))
    assert ended == 4


def test_a_handler_that_holds_the_interpreters_lock_past_its_lease_runs_once(
    shop, store, worker, outlive_lease
):
    result = shop.module.computing.delay("holding")
    until(lambda: "start holding" in shop.lines())
    outlive_lease()
    shop.open_gate("holding")
    assert result.get(timeout=60) == "holding"
    assert shop.lines() == ["start holding", "end holding"]
    record = store.run(jobs.get(result.id))
    assert (record.state, record.deliveries) == (JobState.SUCCEEDED, 1)


def test_coroutines_share_a_loop_and_each_sees_its_own_request(shop, worker):
    results = [shop.module.awaiting.delay(str(n), 0.3) for n in range(4)]
    assert [result.get(timeout=60) for result in results] == [[one.id, one.id] for one in results]
    assert all(line.startswith("start") for line in shop.lines()[:4])


@pytest.mark.parametrize("pool", [POOL, "longshore"])
def test_coroutines_are_retried_and_limited_like_any_handler(shop, start, pool):
    start(pool=pool)
    assert shop.module.awaiting_again.delay(2).get(timeout=60) == 2
    softly = shop.module.awaiting_softly.delay()
    with pytest.raises(SoftTimeLimitExceeded):
        softly.get(timeout=60)
    assert shop.lines() == ["awaiting_softly tidied"]
    assert shop.module.add.delay(1, 2).get(timeout=60) == 3


def test_a_hard_limit_ends_its_job_and_the_others_run_again_uncounted(shop, store, worker):
    neighbour = shop.module.gated.delay("neighbour")
    until(lambda: shop.lines() == ["start neighbour"])
    too_long = shop.module.too_long.delay()
    with pytest.raises(TimeLimitExceeded):
        too_long.get(timeout=60)
    until(lambda: shop.lines() == ["start neighbour"] * 2)
    shop.open_gate("neighbour")
    assert neighbour.get(timeout=60) == "neighbour"
    assert shop.lines() == ["start neighbour", "start neighbour", "end neighbour"]
    assert store.run(jobs.get(too_long.id)).state is JobState.DEAD
    assert store.run(jobs.get(neighbour.id)).interruptions == 1


def test_a_killed_child_costs_its_own_jobs_only(shop, store, client, worker):
    held = [shop.module.gated.delay(str(n)) for n in range(2)]
    until(lambda: len(shop.lines()) == 2)
    killed = child_of(worker)
    os.kill(killed, signal.SIGKILL)
    # Until its connection is closed, the broker may still hand it what it had asked for.
    until(lambda: not psutil.pid_exists(killed))
    for n in range(2):
        shop.open_gate(str(n))
    others = [shop.module.add.delay(n, 1) for n in range(5)]
    assert [other.get(timeout=60) for other in others] == [1, 2, 3, 4, 5]
    assert sorted(result.get(timeout=60) for result in held) == ["0", "1"]
    assert {store.run(jobs.get(one.id)).interruptions for one in held} == {1}
    assert {store.run(jobs.get(one.id)).interruptions for one in others} == {0}
    assert places(client, held[0].id) == ["terminal"]


def test_a_drain_ends_what_runs_and_gives_back_the_rest(shop, store, client, start, drain):
    worker = start(pool=POOL, concurrency=2)
    results = {str(n): shop.module.gated.delay(str(n)) for n in range(30)}
    until(lambda: len(shop.lines()) == 2)
    drain(worker)

    def let_running_end() -> bool:
        # A job may still begin before the child hears of the drain.
        for line in shop.lines():
            if line.startswith("start "):
                shop.open_gate(line.removeprefix("start "))
        return not worker.is_running

    until(let_running_end)
    assert worker.wait() == 0
    begun = {line.removeprefix("start ") for line in shop.lines() if line.startswith("start ")}
    assert {line.removeprefix("end ") for line in shop.lines() if line.startswith("end ")} == begun
    assert [status.claimed for status in store.run(all_status())] == [0]
    left = [result for name, result in results.items() if name not in begun]
    assert left
    for result in left:
        record = store.run(jobs.get(result.id))
        assert (record.state, record.attempts, record.interruptions) == (JobState.QUEUED, 0, 0)
        assert places(client, result.id) == ["ready celery"]


def test_a_revoke_with_terminate_ends_one_job(shop, store, worker):
    neighbour = shop.module.gated.delay("neighbour")
    until(lambda: shop.lines() == ["start neighbour"])
    unwanted = shop.module.ledger.delay("unwanted", 60.0)
    until(lambda: "start unwanted" in shop.lines())
    active = shop.app.control.inspect(timeout=5).active()
    assert {job["id"] for (_, told) in active.items() for job in told} == {
        neighbour.id,
        unwanted.id,
    }
    unwanted.revoke(terminate=True)
    until(lambda: store.run(jobs.get(unwanted.id)).state is JobState.CANCELLED)
    shop.open_gate("neighbour")
    assert neighbour.get(timeout=60) == "neighbour"


def test_a_worn_out_child_is_replaced_and_no_job_runs_twice(shop, start):
    worker = start(pool=POOL, concurrency=4, more=("--max-tasks-per-child", "5"))
    first = child_of(worker)
    results = [shop.module.ledger.delay(str(n)) for n in range(12)]
    assert [result.get(timeout=60) for result in results] == [str(n) for n in range(12)]
    until(lambda: child_of(worker) != first)
    assert len(shop.lines()) == 24
