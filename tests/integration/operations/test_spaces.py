"""Two apps on one server, apart by key prefix or by database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from longshore.store import Store, StoreSettings, jobs
from longshore.testing.server import ValkeyServer
from support.shop import Shop


def prefixed(url: str, prefix: str, folder: Path) -> Shop:
    folder.mkdir()
    return Shop(url, folder, transport_options={"lease_seconds": 2, "global_keyprefix": prefix})


@pytest.fixture
def workers() -> Generator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def use(shop: Shop) -> str:
    module = shop.module
    result = module.add.delay(1, 2)
    assert result.get(timeout=60) == 3
    assert module.chord([module.add.s(1, 1)], module.total.s()).delay().get(timeout=60) == 2
    assert module.add.apply_async((1, 2), countdown=0.2).get(timeout=60) == 3
    assert shop.app.control.ping(timeout=30, limit=1)
    module.add.apply_async((1, 2), countdown=60)
    return str(result.id)


def keys(client: Any) -> list[str]:
    return [name.decode() for name in client.keys("*")]


def test_prefixes_keep_two_apps_apart(valkey: ValkeyServer, tmp_path: Path, workers: ExitStack):
    one = prefixed(valkey.url, "one:", tmp_path / "one")
    other = prefixed(valkey.url, "other:", tmp_path / "other")
    workers.enter_context(one.worker(concurrency=1))
    workers.enter_context(other.worker(pool="longshore", concurrency=1))
    ids = {"one:": use(one), "other:": use(other)}
    with valkey.client() as client:
        assert {name.partition(":")[0] for name in keys(client)} == {"one", "other"}
        for prefix, job_id in ids.items():
            mine = [name for name in keys(client) if job_id in name]
            assert {name.startswith(prefix) for name in mine} == {True}
    with Store.from_url(valkey.url, StoreSettings(key_prefix="one:")) as store:
        assert store.run(jobs.get(ids["one:"])).task == "shop.add"
    workers.close()
    one.close()
    other.close()


def test_databases_keep_two_apps_apart(valkey: ValkeyServer, tmp_path: Path, workers: ExitStack):
    url = valkey.url.replace("/0", "/3")
    shop = Shop(url, tmp_path, transport_options={"lease_seconds": 2})
    workers.enter_context(shop.worker(pool="longshore", concurrency=1))
    job_id = use(shop)
    with valkey.client() as client:
        assert keys(client) == []
    with Store.from_url(url) as store:
        assert store.run(jobs.get(job_id)).task == "shop.add"
    workers.close()
    shop.close()


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"lease_seconds": 90}, "lease_seconds is 90 but must lie between 1 and 15 s"),
        ({"max_deliveries": "many"}, "max_deliveries is 'many' but must be a number"),
        ({"drain_seconds": 0}, "drain_seconds is 0 but must be a number of seconds above 0"),
    ],
)
def test_a_worker_with_a_setting_out_of_range_says_which_rule_it_breaks(
    valkey: ValkeyServer, tmp_path: Path, options: dict[str, Any], rule: str
):
    shop = Shop(valkey.url, tmp_path)
    shop.transport_options = options
    worker = shop.worker().start()
    assert worker.wait(30) == 2
    assert f"longshore worker: {rule}" in worker.lines()
    assert "Traceback" not in worker.lines()
    shop.close()
