"""Workers to be killed, over a store with leases of two seconds."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from longshore.store import Store, StoreSettings
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.shop import Shop
from support.until import until

LEASE_SECONDS = 2.0
QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@pytest.fixture
def shop(valkey: ValkeyServer, tmp_path: Path) -> Generator[Shop]:
    shop = Shop(valkey.url, tmp_path, transport_options={"lease_seconds": LEASE_SECONDS})
    yield shop
    shop.close()


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url, StoreSettings(lease_seconds=LEASE_SECONDS)) as store:
        yield store


@pytest.fixture
def client(valkey: ValkeyServer) -> Generator[Any]:
    with valkey.client() as client:
        yield client


@pytest.fixture
def outlive_lease(client: Any) -> Callable[[], None]:
    """Wait until each lease of a claimed job was renewed past its first end."""

    def leases() -> dict[Any, float]:
        found: dict[Any, float] = {}
        for name in client.keys("longshore:leases:*"):
            found |= dict(client.zrange(name, 0, -1, withscores=True))
        return found

    def wait() -> None:
        first = leases()
        assert first
        until(lambda: all(leases()[tag] > end + LEASE_SECONDS for tag, end in first.items()))

    return wait


@pytest.fixture
def start(shop: Shop) -> Generator[Callable[..., CeleryWorker]]:
    """Start workers, and wait until they consume; those still running at the end are killed."""
    workers: list[CeleryWorker] = []

    def run(
        name: str = "worker", *, queues: str = "celery", more: tuple[str, ...] = (), **options: Any
    ) -> CeleryWorker:
        options.setdefault("concurrency", 1)
        worker = shop.worker(name, options=(*QUICK, "-Q", queues, *more), **options)
        workers.append(worker)
        return worker.start().wait_until_ready()

    yield run
    for worker in workers:
        if worker.is_running:
            worker.kill()
