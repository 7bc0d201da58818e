from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer

START_SECONDS = 30


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def process(port: int, tmp_path: Path, valkey: ValkeyServer) -> Generator[subprocess.Popen[str]]:
    own = {
        "LONGSHORE_PORT": str(port),
        "LONGSHORE_BROKER_URL": valkey.url,
        "LONGSHORE_DATABASE_URL": f"sqlite:///{tmp_path / 'api.sqlite3'}",
        "LONGSHORE_STORAGE_DIRECTORY": str(tmp_path / "files"),
        "LONGSHORE_AUTH": "off",
        "LONGSHORE_LOG_FORMAT": "json",
    }
    command = [str(Path(sys.executable).with_name("longshore-api"))]
    process = subprocess.Popen(command, env=os.environ | own, stderr=subprocess.PIPE, text=True)
    with process:
        yield process
        process.kill()


def wait_until_alive(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/livez")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the api did not answer")


def test_a_process_serves_and_ends_on_sigterm(
    port: int, process: subprocess.Popen[str], valkey: ValkeyServer
) -> None:
    url = f"http://127.0.0.1:{port}"
    wait_until_alive(url, process)
    assert httpx.get(f"{url}/readyz").status_code == 200
    headers = {"X-Request-ID": "of-this-test"}
    posted = httpx.post(
        f"{url}/api/v1/tasks/system.add/jobs", json={"a": 1, "b": 2}, headers=headers
    )
    assert posted.status_code == 202
    assert valkey.ask("LLEN", "high") == "1"
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=10)
    assert process.returncode in {0, -signal.SIGTERM}
    lines = [json.loads(line) for line in log.splitlines()]
    line = next(line for line in lines if line.get("request_id") == "of-this-test")
    assert (line["event"], line["status"], line["service"]) == ("request", 202, "api")
    assert line["route"] == "/api/v1/tasks/system.add/jobs"
