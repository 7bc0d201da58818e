from __future__ import annotations

import json
import signal
from collections.abc import Generator
from pathlib import Path

import pytest

from longshore.testing.server import ValkeyServer
from support.services import Services


@pytest.fixture
def services(valkey: ValkeyServer, tmp_path: Path) -> Generator[Services]:
    services = Services(tmp_path, valkey.url, {})
    yield services
    services.close()


def test_a_process_serves_and_ends_on_sigterm(services: Services, valkey: ValkeyServer) -> None:
    client = services.api(real=True)
    assert client.get("/readyz").status_code == 200
    headers = {"X-Request-ID": "of-this-test"}
    posted = client.post("/api/v1/tasks/system.add/jobs", json={"a": 1, "b": 2}, headers=headers)
    assert posted.status_code == 202
    assert valkey.ask("LLEN", "high") == "1"
    process = services.process("api")
    process.terminate()
    assert process.wait(60) in {0, -signal.SIGTERM}
    lines = [json.loads(line) for line in services.log("api").splitlines()]
    line = next(line for line in lines if line.get("request_id") == "of-this-test")
    assert (line["event"], line["status"], line["service"]) == ("request", 202, "api")
    assert line["route"] == "/api/v1/tasks/system.add/jobs"
