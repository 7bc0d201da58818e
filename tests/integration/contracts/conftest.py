"""The same app on a stock broker and on Longshore's, over one server."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from longshore.store import Store
from longshore.testing.server import ValkeyServer
from support.shop import Shop


@pytest.fixture
def stock(valkey: ValkeyServer, tmp_path: Path) -> Generator[Shop]:
    shop = Shop(valkey.redis_url, tmp_path)
    yield shop
    shop.close()


@pytest.fixture
def ours(valkey: ValkeyServer, tmp_path: Path) -> Generator[Shop]:
    shop = Shop(valkey.url, tmp_path)
    yield shop
    shop.close()


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


@pytest.fixture
def client(valkey: ValkeyServer) -> Generator:
    with valkey.client() as client:
        yield client
