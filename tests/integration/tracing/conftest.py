"""Workers whose spans go to a collector of the test."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from longshore.store import Store
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.otlp import Collector, collector
from support.shop import Shop

QUIET = ("--without-gossip", "--without-mingle")


@pytest.fixture
def spans() -> Generator[Collector]:
    with collector() as collected:
        yield collected


@pytest.fixture
def shop(valkey: ValkeyServer, tmp_path: Path, spans: Collector) -> Generator[Shop]:
    shop = Shop(valkey.url, tmp_path, more={**spans.environment, "OTEL_SERVICE_NAME": "shop"})
    yield shop
    shop.close()


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


@pytest.fixture
def start(shop: Shop) -> Generator[Callable[..., CeleryWorker]]:
    """Start a worker of this pool; at the end it must stop warmly."""
    with ExitStack() as workers:

        def run(pool: str, *flags: str, concurrency: int = 1) -> CeleryWorker:
            options = (*QUIET, *flags)
            worker = shop.worker(pool=pool, concurrency=concurrency, options=options)
            return workers.enter_context(worker)

        yield run
