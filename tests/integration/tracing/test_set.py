"""The services together: what a collector, and a reader of the logs, sees of a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from longshore.testing.server import ValkeyServer
from support.otlp import Collector
from support.services import CELERY, Services
from support.until import until

APP = """
import os
from celery import Celery

app = Celery("unmodified", broker=os.environ["BROKER"])
app.conf.broker_connection_retry_on_startup = True

@app.on_after_configure.connect
def periodic(sender, **_):
    sender.add_periodic_task(0.5, note.s(), name="note")

@app.task
def note():
    pass
"""


@pytest.fixture
def services(valkey: ValkeyServer, tmp_path: Path, spans: Collector) -> Generator[Services]:
    services = Services(tmp_path, valkey.url, spans.environment)
    yield services
    services.close()


@pytest.fixture
def lines(services: Services) -> Callable[[str], list[dict[str, Any]]]:
    """What a service has logged so far."""

    def logged(name: str) -> list[dict[str, Any]]:
        return [json.loads(one) for one in services.log(name).splitlines() if one[:1] == "{"]

    return logged


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_request_and_its_job_are_one_trace(services, spans, lines, pool):
    api = services.api()
    services.worker(pool)
    trace, caller = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-{trace}-{caller}-01", "X-Request-ID": "of-this-test"}
    path = "/api/v1/tasks/system.add/jobs"
    job_id = api.post(path, json={"a": 1, "b": 2}, headers=headers).json()["id"]
    (attempt,) = spans.wait("process")
    (server,), (send,) = spans.wait("POST"), spans.wait("send")
    (claim,), (settle,) = spans.wait("claim"), spans.wait("settle")
    assert {one.trace_id for one in (server, send, claim, attempt, settle)} == {trace}
    assert [server.parent_id, send.parent_id] == [caller, server.span_id]
    assert [claim.parent_id, attempt.parent_id] == [send.span_id, send.span_id]
    assert settle.parent_id == attempt.span_id
    assert server.name == f"POST {path}"
    assert server.attributes["http.route"] == path
    assert [server.service, attempt.service] == ["longshore-api", "longshore-worker"]
    assert {send.job_id, attempt.job_id} == {job_id}
    assert attempt.attributes["longshore.request_id"] == "of-this-test"

    def told() -> dict[str, dict[str, Any]]:
        return {one["event"]: one for one in lines("worker") if one.get("job_id") == job_id}

    until(lambda: {"job claimed", "job succeeded"} <= set(told()), 30)
    (request,) = [one for one in lines("api") if one.get("request_id") == "of-this-test"]
    assert [request["trace_id"], request["job_id"]] == [trace, job_id]
    for line in told().values():
        assert line["trace_id"] == trace
        expected = {"task": "system.add", "attempt": 1, "queue": "high"}
        assert {name: line[name] for name in expected} == expected
        assert line["request_id"] == "of-this-test"
        assert line["worker"].startswith("celery@")
    assert told()["job succeeded"]["span_id"] == attempt.span_id


def test_the_jobs_of_a_batch_are_linked_to_their_request(services, spans):
    api = services.api()
    services.worker("longshore")
    body = {
        "jobs": [{"fields": {"a": n, "b": 1}} for n in range(3)],
        "callback": {"task": "system.echo", "fields": {"text": "all done"}},
    }
    answer = api.post("/api/v1/tasks/system.add/jobs/batch", json=body)
    assert answer.status_code == 202, answer.text
    attempts = spans.wait("process", count=4)
    (server,), (send,) = spans.wait("POST"), spans.wait("send")
    created = {one.trace_id: one for one in spans.wait("create", count=4)}
    assert (send.trace_id, send.parent_id) == (server.trace_id, server.span_id)
    assert send.attributes["messaging.batch.message_count"] == 3
    assert {one.links for one in created.values()} == {((send.trace_id, send.span_id),)}
    assert len(created) == 4
    assert [created[one.trace_id].span_id for one in attempts] == [
        one.parent_id for one in attempts
    ]
    assert attempts[-1].name == "process system.echo"


def test_a_slot_begins_the_trace_of_its_job(valkey, tmp_path, spans):
    (tmp_path / "unmodified.py").write_text(APP)
    environment = {"BROKER": valkey.url, "OTEL_SERVICE_NAME": "unmodified"}
    services = Services(tmp_path, valkey.url, {**spans.environment, **environment})
    beat = ("beat", "-S", "longshore.schedule:LongshoreScheduler")
    try:
        services.start("beat", *CELERY, "unmodified", *beat)
        services.start("worker", *CELERY, "unmodified", "worker", "-P", "longshore", "-c", "1")
        until(lambda: spans.spans("process") and spans.spans("send"), 60)
    finally:
        services.close()
    attempt = spans.spans("process")[0]
    (send,) = spans.spans("send", job_id=attempt.job_id)
    assert (attempt.trace_id, attempt.parent_id) == (send.trace_id, send.span_id)
    assert (send.service, send.parent_id) == ("unmodified", "")
    assert send.attributes["longshore.schedule.entry"] == "note"
    assert send.attributes["longshore.schedule.slot"]
