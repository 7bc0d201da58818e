"""A job lives on one broker: a URL that names several is refused, by clients and at the start."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from longshore.errors import BrokerRefused, LongshoreError
from longshore.testing.server import ValkeyServer
from support.shop import Shop

REFUSAL = "broker_url names 2 brokers, but a job lives on one"


@pytest.fixture
def shop(valkey: ValkeyServer, tmp_path: Path) -> Generator[Shop]:
    """An app whose first broker is dead, and whose second one lives."""
    shop = Shop(f"longshore://127.0.0.1:1/0;{valkey.url}", tmp_path, backend=valkey.url)
    yield shop
    shop.app.close()


@pytest.mark.parametrize("pool", ["longshore", "longshore-threads", "prefork", "threads"])
def test_a_worker_ends_with_one_line(shop, pool):
    worker = shop.worker(pool=pool).start()
    assert worker.wait() == 2
    assert REFUSAL in worker.lines()
    assert "Traceback" not in worker.lines()


def test_a_client_is_refused_with_the_same_words(shop):
    with pytest.raises(BrokerRefused, match=REFUSAL), shop.app.connection_for_write() as connection:
        connection.channel()
    with pytest.raises(LongshoreError, match=REFUSAL):
        shop.module.add.delay(1, 2)
