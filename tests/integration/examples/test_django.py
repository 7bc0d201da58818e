"""The example of a Django project, on Longshore's pools and on stock Celery."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.processes import run
from support.served import served
from support.until import until

PROJECT = Path(__file__).parents[3] / "examples" / "django"


@pytest.mark.parametrize(
    ("scheme", "pool"),
    [("longshore", "prefork"), ("longshore", "longshore"), ("redis", "prefork")],
)
def test_a_job_finds_the_row_and_the_settings_of_the_project(
    scheme: str, pool: str, valkey: ValkeyServer, tmp_path: Path
) -> None:
    own = {
        "SHOP_BROKER": valkey.url.replace("longshore", scheme),
        "SHOP_DATABASE": str(tmp_path / "shop.sqlite3"),
        "SHOP_CURRENCY": "CHF",
        "PYTHONPATH": str(PROJECT),
    }
    manage = (sys.executable, str(PROJECT / "manage.py"))
    environment = {**os.environ, **own}
    made = run((*manage, "migrate", "--run-syncdb", "-v", "0"), environment)
    assert made.returncode == 0, made.stderr
    port = free_port()
    command = (*manage, "runserver", "--noreload", f"127.0.0.1:{port}")
    worker = CeleryWorker(PROJECT / "shop", tmp_path / "worker.log", own, pool=pool)
    with served(command, f"http://127.0.0.1:{port}", tmp_path / "web.log", own) as client:
        taken = client.get("/orders/Ada/1349")
        assert taken.status_code == 202
        order = taken.json()["order"]
        assert client.get(order).json()["invoice"] == ""
        with worker:
            invoice = until(lambda: client.get(order).json()["invoice"], 30)
            # A connection that the last job left is none that the next one stumbles over.
            second = client.get("/orders/Ben/100").json()["order"]
            until(lambda: client.get(second).json()["invoice"], 30)
    assert invoice == "Ada pays 13.49 CHF"
