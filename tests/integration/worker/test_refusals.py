"""A broker that refuses ends no worker, whatever its reason, and costs no outcome."""

from __future__ import annotations

import time
from collections.abc import Generator

import pytest

from longshore.records import JobState
from longshore.store import jobs
from longshore.store.queues import all_status
from longshore.testing.clock import Clock
from longshore.testing.server import ValkeyServer
from longshore.transport.errors import PublishRefused
from longshore.worker.overdue import PATIENCE_SECONDS
from support.refusals import FULL, REFUSALS, refusing
from support.until import until

POOLS = ("prefork", "solo", "threads", "longshore", "longshore-threads")


@pytest.fixture
def valkey() -> Generator[ValkeyServer]:
    """A server of the test's own: it refuses what others need."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def lease_seconds() -> float:
    return 15.0


@pytest.mark.parametrize("why", REFUSALS)
@pytest.mark.parametrize("pool", POOLS)
def test_a_refusal_ends_no_worker_and_costs_no_outcome(shop, store, valkey, start, pool, why):
    worker = start(pool=pool)
    during = shop.app.send_task("shop.gated", ("during",))
    until(lambda: "start during" in shop.lines())
    with refusing(valkey, why):
        shop.open_gate("during")
        until(lambda: "end during" in shop.lines())
        until(lambda: worker.lines().count(" refused ") >= 2)
    until(lambda: store.run(jobs.get(during.id)).state is JobState.SUCCEEDED)
    after = shop.app.send_task("shop.add", (1, 2))
    until(lambda: store.run(jobs.get(after.id)).state is JobState.SUCCEEDED)
    assert during.get() == "during"
    assert store.run(jobs.get(during.id)).deliveries == 1
    assert shop.lines() == ["start during", "end during"]
    assert worker.is_running


@pytest.mark.parametrize("why", ["READONLY", "NOPERM"])
@pytest.mark.parametrize("pool", ["prefork", "threads", "longshore"])
def test_what_a_job_leads_to_waits_for_the_refusal_to_end(
    shop, store, valkey, start, tmp_path, pool, why
):
    worker = start(pool=pool, concurrency=2)
    chained = (shop.module.gated.s("one") | shop.module.passed_on.s()).apply_async()
    again = shop.app.send_task("shop.publishing", ("retry", str(tmp_path / "gate")))
    until(lambda: {"start one", "at the gate retry"} <= set(shop.lines()))
    with refusing(valkey, why):
        shop.open_gate("one")
        (tmp_path / "gate").touch()
        until(lambda: "end one" in shop.lines())
        until(lambda: worker.lines().count(" refused ") >= 2)
    for one in (chained.parent, chained, again):
        until(lambda one=one: store.run(jobs.get(one.id)).state is JobState.SUCCEEDED)
    assert (chained.get(), again.get()) == ("one", "retry")
    assert len(shop.lines()) == 3


@pytest.mark.parametrize("pool", POOLS)
def test_a_full_server_takes_no_new_job_and_drains(shop, store, valkey, start, pool):
    worker = start(pool=pool)
    during = shop.app.send_task("shop.gated", ("during",))
    until(lambda: "start during" in shop.lines())
    waiting = [shop.app.send_task("shop.flaky", (1, 0)) for _ in range(3)]
    followed = (shop.module.add.s(1, 2) | shop.module.multiply.s(2)).apply_async()
    with refusing(valkey, FULL):
        with pytest.raises(PublishRefused, match=r"its memory is full \(OOM") as refused:
            shop.app.send_task("shop.add", (1, 2))
        assert refused.value.code == "OOM"
        shop.open_gate("during")
        for one in (during, *waiting, followed):
            until(lambda one=one: store.run(jobs.get(one.id)).state is JobState.SUCCEEDED)
        assert followed.get() == 6
        assert {one.get() for one in waiting} == {1}
        assert [row.waiting + row.claimed for row in store.run(all_status())] == [0]
    assert worker.is_running


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_worker_starts_on_a_full_server_answers_and_drains_it(shop, store, valkey, start, pool):
    waiting = [shop.app.send_task("shop.add", (1, number)) for number in range(3)]
    with refusing(valkey, FULL):
        worker = start(pool=pool)
        for one in waiting:
            until(lambda one=one: store.run(jobs.get(one.id)).state is JobState.SUCCEEDED)
        assert shop.app.control.ping(timeout=5.0, limit=1)
    assert worker.is_running


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_jobs_that_came_due_or_lost_their_worker_run_on_a_full_server(
    shop, store, valkey, start, end_leases, pool
):
    lost = shop.app.send_task("shop.gated", ("lost",))
    later = shop.app.send_task("shop.add", (1, 2), countdown=60)
    first = start("first", pool=pool)
    until(lambda: "start lost" in shop.lines())
    with refusing(valkey, FULL):
        first.kill()
        end_leases("first")
        shop.open_gate("lost")
        start("second", pool=pool)
        until(lambda: store.run(jobs.get(lost.id)).state is JobState.SUCCEEDED)
        assert shop.lines().count("start lost") == 2
        Clock(valkey).advance(60)
        until(lambda: store.run(jobs.get(later.id)).state is JobState.SUCCEEDED)


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_limit_that_passes_while_the_broker_refuses_ends_no_job_that_has_ended(
    shop, store, valkey, start, pool
):
    start(pool=pool, more=("--time-limit=2", "--soft-time-limit=1.5"))
    job = shop.app.send_task("shop.gated", ("in time",))
    until(lambda: "start in time" in shop.lines())
    begun = time.monotonic()
    with refusing(valkey, "MISCONF"):
        shop.open_gate("in time")
        until(lambda: "end in time" in shop.lines())
        until(lambda: time.monotonic() > begun + 2 + 2 * PATIENCE_SECONDS)
    until(lambda: store.run(jobs.get(job.id)).finished_at)
    assert store.run(jobs.get(job.id)).state is JobState.SUCCEEDED
    assert shop.lines() == ["start in time", "end in time"]
