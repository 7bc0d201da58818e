"""One worker for all that does it no harm."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from longshore.store import Store
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.shop import Shop


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(f"steady-{name}"))
        for name in ("prefork", "longshore")
    ],
)
def pool(request: pytest.FixtureRequest) -> str:
    """Every test here passes on both."""
    return str(request.param)


@pytest.fixture(scope="session")
def valkey(pool: str) -> Generator[ValkeyServer]:
    """A server that no other test empties, one for each pool."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture(scope="session")
def shop(valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Generator[Shop]:
    options = {"lease_seconds": 2.0}
    shop = Shop(valkey.url, tmp_path_factory.mktemp("steady"), transport_options=options)
    yield shop
    shop.close()


@pytest.fixture(scope="session", autouse=True)
def worker(shop: Shop, pool: str) -> Generator[CeleryWorker]:
    options = ("--without-gossip", "--without-mingle")
    with shop.worker(pool=pool, concurrency=1, options=options) as worker:
        yield worker


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


@pytest.fixture
def client(valkey: ValkeyServer) -> Generator[Any]:
    with valkey.client() as client:
        yield client
