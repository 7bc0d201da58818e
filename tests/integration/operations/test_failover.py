"""The primary dies; a replica takes its place, and everybody goes there."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from longshore.errors import BrokerError
from longshore.records import JobState
from longshore.store import AsyncStore, Store, jobs
from longshore.store.connection import ping
from longshore.testing.sentinel import SentinelSet, is_following, replica_of
from longshore.testing.server import ValkeyServer
from support.front import Front
from support.shop import Shop
from support.until import until


@pytest.fixture
def sentinels(tmp_path: Path) -> Generator[SentinelSet]:
    with SentinelSet(tmp_path) as sentinels:
        yield sentinels


def answers(store: Store) -> bool:
    try:
        return store.run(ping()) > 0
    except BrokerError:
        return False


def test_workers_consume_again_after_a_failover(sentinels: SentinelSet, tmp_path: Path):
    shop = Shop(sentinels.url, tmp_path, transport_options={"lease_seconds": 2})
    prefork = shop.worker("prefork", concurrency=1, options=("-Q", "celery"))
    own = shop.worker("own", pool="longshore", concurrency=1, options=("-Q", "own"))
    with Store.from_url(sentinels.url) as store, prefork, own:
        shop.module.ledger.delay("before").get(timeout=60)
        shop.module.ledger.apply_async(("before too",), queue="own").get(timeout=60)
        sentinels.primary.kill()
        until(lambda: answers(store), 30)
        shop.module.ledger.delay("after")
        shop.module.ledger.apply_async(("after too",), queue="own")
        until(lambda: {"end after", "end after too"} <= set(shop.lines()), 30)
    shop.close()


@pytest.fixture
def pair() -> Generator[tuple[ValkeyServer, ValkeyServer]]:
    """A primary and its replica."""
    with ValkeyServer() as primary, replica_of(primary) as replica:
        until(lambda: is_following(replica))
        yield primary, replica


@pytest.mark.parametrize("pool", ["prefork", "solo", "threads", "longshore", "longshore-threads"])
def test_a_worker_follows_its_address_when_the_primary_behind_it_becomes_a_replica(
    pair: tuple[ValkeyServer, ValkeyServer], tmp_path: Path, pool: str
):
    """As behind a Service: connections to the old primary stay open, and writes are refused."""
    primary, replica = pair
    with Front(primary.port) as front, Store.from_url(replica.url) as store:
        shop = Shop(f"longshore://127.0.0.1:{front.port}/0", tmp_path)
        with shop.worker(pool=pool, concurrency=1):
            job = shop.module.gated.delay("job")
            until(lambda: "start job" in shop.lines())
            replica.ask("REPLICAOF", "NO", "ONE")
            primary.ask("REPLICAOF", "127.0.0.1", str(replica.port))
            front.behind = replica.port
            shop.open_gate("job")
            until(lambda: store.run(jobs.get(job.id)).state is JobState.SUCCEEDED)
            assert store.run(jobs.get(job.id)).deliveries == 1
            after = shop.app.send_task("shop.add", (1, 2))
            until(lambda: store.run(jobs.get(after.id)).state is JobState.SUCCEEDED)
        shop.close()
    assert shop.lines() == ["start job", "end job"]


def test_the_event_loops_store_follows_too(sentinels: SentinelSet):
    async def run() -> float:
        async with AsyncStore.from_url(sentinels.url) as store:
            before = await store.run(ping())
            sentinels.primary.kill()
            async with asyncio.timeout(30):
                while True:
                    try:
                        return await store.run(ping()) - before
                    except BrokerError:
                        await asyncio.sleep(0.1)

    assert asyncio.run(run()) >= 0
