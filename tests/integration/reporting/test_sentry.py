"""What Sentry hears of, and what it does not."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from longshore.testing.server import ValkeyServer
from support.sentry_sink import SentrySink, sentry_sink
from support.services import Services
from support.until import until


@pytest.fixture
def sink() -> Generator[SentrySink]:
    with sentry_sink() as sink:
        yield sink


@pytest.fixture
def services(valkey: ValkeyServer, tmp_path: Path, sink: SentrySink) -> Generator[Services]:
    services = Services(tmp_path, valkey.url, {"LONGSHORE_SENTRY_DSN": sink.dsn})
    yield services
    services.close()


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_dead_letter_is_told_with_its_job_and_request(services, sink, pool):
    api = services.api()
    services.worker(pool)
    fields = {"file_id": "0" * 32}
    headers = {"X-Request-ID": "of-this-test"}
    path = "/api/v1/tasks/images.thumbnail/jobs"
    job_id = api.post(path, json=fields, headers=headers).json()["id"]
    (event,) = sink.wait()
    told = event["tags"]
    assert told["worker"].startswith("celery@")
    assert {name: told[name] for name in ("job_id", "task", "attempt", "request_id")} == {
        "job_id": job_id,
        "task": "images.thumbnail",
        "attempt": "1",
        "request_id": "of-this-test",
    }
    assert told["service"] == "longshore-worker"
    (*_, error) = event["exception"]["values"]
    frames = error["stacktrace"]["frames"]
    assert frames
    assert not [frame for frame in frames if "vars" in frame]
    until(lambda: "job dead" in services.log("worker"), 30)
