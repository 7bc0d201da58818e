"""Workers to be killed, over a store with leases of two seconds."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from longshore.store import Store, StoreSettings
from longshore.store.figures import figures
from longshore.store.queues import maintain
from longshore.testing.clock import Clock
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


def leases(client: Any) -> dict[bytes, float]:
    """When the lease of each claim ends."""
    found: dict[bytes, float] = {}
    for name in client.keys("longshore:leases:*"):
        found |= dict(client.zrange(name, 0, -1, withscores=True))
    return found


@pytest.fixture
def outlive_lease(client: Any) -> Callable[[], None]:
    """Wait until each lease of a claimed job was renewed past its first end."""

    def wait() -> None:
        first = leases(client)
        assert first
        until(lambda: all(leases(client)[tag] > end + LEASE_SECONDS for tag, end in first.items()))

    return wait


@pytest.fixture
def end_leases(clock: Clock, store: Store, client: Any) -> Callable[[], None]:
    """Let all leases end; upkeep goes on, since after a silence of it each lease is prolonged."""

    def end() -> None:
        first = leases(client)
        assert first

        def ended() -> bool:
            store.run(maintain())
            if first.items().isdisjoint(leases(client).items()):
                return True
            clock.advance(0.4 * LEASE_SECONDS)
            return False

        until(ended)

    return end


@pytest.fixture
def drain(store: Store) -> Callable[[CeleryWorker], None]:
    """Stop a worker warmly, and return when it consumes no more."""

    def begin(worker: CeleryWorker) -> None:
        until(lambda: store.run(figures()).workers_ready == 1)
        worker.ask_to_stop()
        until(lambda: store.run(figures()).workers_ready == 0)

    return begin


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
