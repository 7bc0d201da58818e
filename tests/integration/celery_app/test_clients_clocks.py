"""Clients and workers whose clocks are wrong: what is relative counts by the server's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from longshore.records import JobState
from longshore.store import Store, jobs
from longshore.store.connection import ping
from support.shop import Shop
from support.until import until

POOLS = ("prefork", "threads", "longshore")
DAY = 86_400.0


@pytest.fixture
def shop(valkey, tmp_path):
    shop = Shop(valkey.url, tmp_path)
    yield shop
    shop.close()


@pytest.fixture
def store(valkey):
    with Store.from_url(valkey.url) as store:
        yield store


@pytest.fixture(params=[-DAY, DAY], ids=["client ahead", "client behind"])
def skewed(clock, request) -> None:
    clock.advance(request.param)


def due_in(store: Store, job_id: str) -> float:
    due_at = store.run(jobs.get(job_id)).due_at
    assert due_at is not None
    return due_at - store.run(ping())


@pytest.mark.usefixtures("skewed")
@pytest.mark.parametrize("send", ["apply_async", "send_task", "signature"])
def test_a_countdown_counts_by_the_servers_clock(shop, store, send):
    add = shop.module.add
    ways = {
        "apply_async": lambda: add.apply_async((1, 2), countdown=100),
        "send_task": lambda: shop.app.send_task("shop.add", (1, 2), countdown=100),
        "signature": lambda: add.s(1, 2).set(countdown=100).delay(),
    }
    job = ways[send]()
    assert store.run(jobs.get(job.id)).state is JobState.SCHEDULED
    assert 0 < due_in(store, job.id) <= 100


@pytest.mark.usefixtures("skewed")
def test_a_number_of_seconds_until_it_expires_counts_by_the_servers_clock(shop, store):
    job = shop.module.add.apply_async((1, 2), expires=100)
    expires_at = store.run(jobs.get(job.id)).expires_at
    assert 0 < expires_at - store.run(ping()) <= 100


def test_a_time_that_a_person_gave_stays_as_it_is(shop, store, clock):
    clock.advance(-DAY)
    moment = datetime.now(UTC) + timedelta(hours=1)
    job = shop.module.add.apply_async((1, 2), eta=moment, expires=moment)
    record = store.run(jobs.get(job.id))
    assert record.due_at == record.expires_at == pytest.approx(moment.timestamp(), abs=1e-5)


@pytest.mark.usefixtures("skewed")
@pytest.mark.parametrize("pool", POOLS)
def test_a_worker_with_a_wrong_clock_expires_nothing_early_and_retries_in_time(
    shop, store, clock, pool
):
    with shop.worker(pool=pool, concurrency=1):
        fresh = shop.module.add.apply_async((1, 2), expires=3600)
        assert fresh.get(timeout=30) == 3
        again = shop.module.flaky.apply_async((1, 100), expires=3600)
        until(lambda: store.run(jobs.get(again.id)).state is JobState.RETRYING)
        assert 0 < due_in(store, again.id) <= 100
        expires_at = store.run(jobs.get(again.id)).expires_at
        assert 0 < expires_at - store.run(ping()) <= 3600
        clock.advance(100)
        assert again.get(timeout=30) == 1


@pytest.mark.usefixtures("skewed")
@pytest.mark.parametrize("pool", POOLS)
def test_what_has_expired_by_the_servers_clock_does_not_run(shop, store, clock, pool):
    late = shop.module.ledger.apply_async(("late",), expires=60)
    clock.advance(61)
    with shop.worker(pool=pool, concurrency=1):
        until(lambda: store.run(jobs.get(late.id)).state is JobState.EXPIRED)
    assert shop.lines() == []


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_what_expires_behind_a_running_job_does_not_run(shop, store, pool):
    with shop.worker(pool=pool, concurrency=1):
        first = shop.module.gated.delay("first")
        until(lambda: "start first" in shop.lines())
        late = shop.module.ledger.apply_async(("late",), expires=1)
        until(lambda: store.run(ping()) > store.run(jobs.get(late.id)).expires_at)
        shop.open_gate("first")
        until(lambda: store.run(jobs.get(late.id)).state is JobState.EXPIRED)
    assert first.get() == "first"
    assert shop.lines() == ["start first", "end first"]
