"""Stock workers and ours on one queue, and the way back: nothing lost, nothing doubled."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from longshore.store.going_back import release_to_stock
from longshore.testing.server import ValkeyServer
from support.shop import Shop
from support.until import until

QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")
POOLS = ("prefork", "longshore")
JOBS = 60


@pytest.fixture
def impatient(valkey: ValkeyServer, tmp_path):
    """The stock app that restores what was not acknowledged within two seconds."""
    options = {"visibility_timeout": 2, "unacked_restore_throttle": 1}
    shop = Shop(valkey.redis_url, tmp_path, transport_options=options)
    yield shop
    shop.close()


def ended(shop):
    return Counter(line for line in shop.lines() if line.startswith("end "))


@pytest.mark.parametrize("pool", POOLS)
def test_two_fleets_share_a_queue_and_either_reads_every_result(stock, ours, pool):
    with (
        stock.worker("theirs", concurrency=1, options=QUICK) as theirs,
        ours.worker("mine", concurrency=1, pool=pool, options=QUICK) as mine,
    ):
        by_stock = [stock.module.ledger.delay(f"s{n}", 0.01) for n in range(JOBS)]
        by_ours = [ours.module.ledger.delay(f"o{n}", 0.01) for n in range(JOBS)]
        assert [ours.app.AsyncResult(r.id).get(timeout=30) for r in by_stock] == [
            f"s{n}" for n in range(JOBS)
        ]
        assert [stock.app.AsyncResult(r.id).get(timeout=30) for r in by_ours] == [
            f"o{n}" for n in range(JOBS)
        ]
    assert set(ended(ours).values()) == {1}
    assert len(ended(ours)) == 2 * JOBS
    assert all("succeeded" in worker.lines() for worker in (theirs, mine))


def test_delayed_jobs_and_retries_go_back_with_their_times(stock, ours, store, client):
    begun = time.time()
    with ours.worker("mine", concurrency=1, options=QUICK):
        retried = ours.module.flaky.delay(1, countdown=4)
        until(lambda: client.zcard("longshore:delayed:celery") == 1)
    delayed = [ours.module.ledger.apply_async((f"d{n}",), countdown=4) for n in range(5)]
    due = time.time() + 4
    assert sum(release_to_stock(store)) == 6
    with stock.worker("theirs", concurrency=1, options=QUICK):
        assert stock.app.AsyncResult(retried.id).get(timeout=30) == 1
        assert time.time() >= begun + 4
        for result in delayed:
            stock.app.AsyncResult(result.id).get(timeout=30)
        assert time.time() >= due - 0.5
    assert set(ended(stock).values()) == {1}
    assert client.llen("celery") == 0
    assert client.hlen("unacked") == 0


@pytest.mark.parametrize("pool", POOLS)
def test_what_a_killed_worker_of_ours_held_is_restored_by_a_stock_one(
    impatient, ours, client, pool
):
    with ours.worker("mine", concurrency=1, pool=pool, options=QUICK) as mine:
        held = ours.module.ledger.delay("held", 3.0)
        until(lambda: "start held" in ours.lines())
        mine.kill()
    assert client.hlen("unacked") == 1
    with impatient.worker("theirs", concurrency=1, options=QUICK):
        assert impatient.app.AsyncResult(held.id).get(timeout=30) == "held"
    assert ended(impatient) == {"end held": 1}
    assert client.hlen("unacked") == 0
