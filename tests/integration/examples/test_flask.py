"""The example of a Flask app, on Longshore's pools and on stock Celery."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from longshore.records import JobState
from longshore.store import Store, jobs
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.served import served
from support.until import until

EXAMPLE = Path(__file__).parents[3] / "examples" / "flask" / "shop.py"
REQUEST = {"X-Request-ID": "order-of-ada"}


@pytest.mark.parametrize(
    ("scheme", "pool"),
    [
        ("longshore", "prefork"),
        ("longshore", "longshore"),
        ("longshore", "longshore-threads"),
        ("redis", "prefork"),
    ],
)
def test_a_job_has_the_configuration_and_the_database_of_the_app(
    scheme: str, pool: str, valkey: ValkeyServer, tmp_path: Path
) -> None:
    url = valkey.url.replace("longshore", scheme)
    own = {
        "SHOP_BROKER": url,
        "SHOP_DATABASE": f"sqlite:///{tmp_path / 'shop.sqlite3'}",
        "SHOP_CURRENCY": "CHF",
        "PYTHONPATH": str(EXAMPLE.parent),
    }
    port = free_port()
    command = (sys.executable, "-m", "flask", "--app", EXAMPLE.stem, "run", "--port", str(port))
    worker = CeleryWorker(EXAMPLE, tmp_path / "worker.log", own, pool=pool)
    with served(command, f"http://127.0.0.1:{port}", tmp_path / "web.log", own) as client:
        taken = client.post("/orders/Ada/1349", headers=REQUEST)
        assert (taken.status_code, taken.headers["X-Request-ID"]) == (202, "order-of-ada")
        order = taken.json()["order"]
        assert client.get(order).json()["invoice"] is None
        with worker:
            invoice = until(lambda: client.get(order).json()["invoice"], 30)
            # A second job finds a session of its own.
            second = client.post("/orders/Ben/100").json()["order"]
            until(lambda: client.get(second).json()["invoice"], 30)
    assert invoice == "Ada pays 13.49 CHF"


def test_what_a_request_enqueues_carries_its_id(valkey: ValkeyServer, tmp_path: Path) -> None:
    own = {
        "SHOP_BROKER": valkey.url,
        "SHOP_DATABASE": f"sqlite:///{tmp_path / 'shop.sqlite3'}",
        "PYTHONPATH": str(EXAMPLE.parent),
    }
    port = free_port()
    command = (sys.executable, "-m", "flask", "--app", EXAMPLE.stem, "run", "--port", str(port))
    with served(command, f"http://127.0.0.1:{port}", tmp_path / "web.log", own) as client:
        client.post("/orders/Ada/1349", headers=REQUEST)
        client.post("/orders/Ben/1", headers={"X-Request-ID": "not plain\t!"})
    with valkey.client() as redis:
        messages = [json.loads(raw) for raw in redis.lrange("shop", 0, -1)]
    with Store.from_url(valkey.url) as store:
        records = [store.run(jobs.get(message["headers"]["id"])) for message in messages]
    assert [record.state for record in records] == [JobState.QUEUED] * 2
    assert records[1].request_id == "order-of-ada"
    assert records[0].request_id not in {None, "order-of-ada", "not plain\t!"}
