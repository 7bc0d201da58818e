"""Stock workers and ours on one queue, and the way back: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import datetime

import pytest

from longshore.store import jobs
from longshore.store.going_back import release_to_stock
from longshore.testing.server import ValkeyServer
from support.shop import Shop
from support.until import until

QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")
POOLS = ("prefork", "longshore")
JOBS = 60


@pytest.fixture
def impatient(valkey: ValkeyServer, tmp_path):
    """The stock app that restores what was not acknowledged within a second."""
    options = {"visibility_timeout": 1}
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
        assert [ours.app.AsyncResult(r.id).get(timeout=60) for r in by_stock] == [
            f"s{n}" for n in range(JOBS)
        ]
        assert [stock.app.AsyncResult(r.id).get(timeout=60) for r in by_ours] == [
            f"o{n}" for n in range(JOBS)
        ]
    assert set(ended(ours).values()) == {1}
    assert len(ended(ours)) == 2 * JOBS
    assert all("succeeded" in worker.lines() for worker in (theirs, mine))


def test_delayed_jobs_and_retries_go_back_with_their_times(stock, ours, store, client):
    with ours.worker("mine", concurrency=1, options=QUICK):
        retried = ours.module.flaky.delay(1, countdown=3600)
        until(lambda: client.zcard("longshore:delayed:celery") == 1)
    far = ours.module.ledger.apply_async(("far",), countdown=3600)
    near = [ours.module.ledger.apply_async((f"d{n}",), countdown=0.5) for n in range(5)]
    due = {one.id: store.run(jobs.get(one.id)).due_at for one in (retried, far, *near)}
    assert sum(release_to_stock(store)) == 7
    with stock.worker("theirs", concurrency=1, options=QUICK):
        for result in near:
            stock.app.AsyncResult(result.id).get(timeout=60)
        assert time.time() >= max(due[one.id] for one in near)
        (rows,) = stock.app.control.inspect(timeout=10, limit=1).scheduled().values()
    waiting = {row["request"]["id"]: row for row in rows}
    assert {job_id: _seconds(row["eta"]) for job_id, row in waiting.items()} == {
        job_id: pytest.approx(due[job_id], abs=0.01) for job_id in (retried.id, far.id)
    }
    assert ended(stock) == {f"end d{n}": 1 for n in range(5)}
    # The warm stop has put both back.
    raws = [json.loads(raw) for raw in client.lrange("celery", 0, -1)]
    assert {raw["headers"]["id"]: raw["headers"]["retries"] for raw in raws} == {
        retried.id: 1,
        far.id: 0,
    }
    assert client.hlen("unacked") == 0


def _seconds(eta: str) -> float:
    return datetime.fromisoformat(eta).timestamp()


@pytest.mark.parametrize("pool", POOLS)
def test_what_a_killed_worker_of_ours_held_is_restored_by_a_stock_one(
    impatient, ours, client, pool
):
    with ours.worker("mine", concurrency=1, pool=pool, options=QUICK) as mine:
        held = ours.module.gated.delay("held")
        until(lambda: "start held" in ours.lines())
        mine.kill()
    ours.open_gate("held")
    assert client.hlen("unacked") == 1
    with impatient.app.connection_for_write() as connection:
        qos = connection.default_channel.qos
        # A stock worker does so every ten seconds.
        until(lambda: qos.restore_visible(interval=1) or client.llen("celery") == 1)
    with impatient.worker("theirs", concurrency=1, options=QUICK):
        assert impatient.app.AsyncResult(held.id).get(timeout=60) == "held"
    assert ended(impatient) == {"end held": 1}
    assert client.hlen("unacked") == 0
