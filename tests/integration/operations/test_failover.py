"""The primary dies; a replica takes its place, and everybody goes there."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from longshore.errors import BrokerError
from longshore.store import AsyncStore, Store
from longshore.store.connection import ping
from longshore.testing.sentinel import SentinelSet
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
