"""The set of compose.yaml on a Docker engine: brought up, given a job, looked at, taken down."""

from __future__ import annotations

import json
import secrets
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from support.compose import client
from support.until import until

# One group: the set takes fixed ports, so it can be up once only.
pytestmark = [pytest.mark.timeout(1200), pytest.mark.xdist_group("compose-up")]
API = "http://127.0.0.1:8000/api/v1"


def engine() -> str:
    """Say why there is no engine to bring it up on, or nothing."""
    try:
        asked = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "no docker on the PATH"
    if asked.returncode:
        return "no Docker engine answers"
    pulled = client("pull", "--quiet", "--ignore-buildable", seconds=600)
    return f"the engine cannot pull: {pulled.stderr.strip()[-200:]}" if pulled.returncode else ""


@pytest.fixture(scope="module")
def up(monkeypatch_module: pytest.MonkeyPatch) -> Iterator[None]:
    if reason := engine():
        pytest.skip(reason)
    monkeypatch_module.setenv("LONGSHORE_AUTH", "off")
    project = ("--project-name", f"longshore-test-{secrets.token_hex(3)}")
    try:
        done = client(*project, "up", "--build", "--wait", "--wait-timeout", "600", seconds=1100)
        assert done.returncode == 0, done.stderr
        yield
    finally:
        client(*project, "down", "--volumes", "--timeout", "30", seconds=300)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def answer(url: str, fields: dict[str, Any] | None = None) -> Any:
    body = json.dumps(fields).encode() if fields else None
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


def test_a_job_runs(up: None) -> None:
    job = answer(f"{API}/tasks/system.add/jobs", {"a": 2, "b": 3})
    until(lambda: answer(f"{API}/jobs/{job['id']}")["state"] == "succeeded", seconds=30)


def test_prometheus_reaches_every_service_and_has_the_rules(up: None) -> None:
    where = "http://127.0.0.1:9090/api/v1"
    wanted = {"api", "worker", "scheduler"}
    query = f"{where}/query?query=up==1"
    until(lambda: wanted <= containers(answer(query)), seconds=60)
    groups = {one["name"] for one in answer(f"{where}/rules")["data"]["groups"]}
    assert "longshore-slo" in groups


def containers(found: Any) -> set[str]:
    return {one["metric"].get("container", "") for one in found["data"]["result"]}


def test_flower_asks_for_its_password(up: None) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        answer("http://127.0.0.1:5555/api/workers")
