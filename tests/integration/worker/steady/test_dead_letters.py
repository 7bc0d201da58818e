"""What no handler can take is kept, with its original message."""

from __future__ import annotations

import base64
import json
import uuid

import pytest

from longshore.records import DeadReason, JobState
from longshore.store import jobs
from support.places import places
from support.until import until


def envelope(headers: dict, body: str = "W1tdLCB7fSwge31d", kind: str = "application/json") -> dict:
    return {
        "body": body,
        "content-type": kind,
        "content-encoding": "utf-8",
        "headers": headers,
        "properties": {
            "delivery_tag": str(uuid.uuid4()),
            "delivery_info": {"exchange": "", "routing_key": "celery"},
            "body_encoding": "base64",
        },
    }


def task_headers(job_id: str, task: str) -> dict:
    return {"id": job_id, "task": task, "lang": "py", "retries": 0}


MESSAGES = {
    "unknown task": (envelope(task_headers("no-task", "shop.nothing")), DeadReason.UNKNOWN_TASK),
    "unreadable body": (
        envelope(task_headers("no-body", "shop.add"), base64.b64encode(b"{never").decode()),
        DeadReason.UNDECODABLE,
    ),
    "content type nobody accepts": (
        envelope(task_headers("no-type", "shop.add"), kind="application/x-python-serialize"),
        DeadReason.UNDECODABLE,
    ),
    "no task message": (envelope({"hello": "world"}), DeadReason.UNDECODABLE),
}


def test_what_cannot_be_handled_is_kept_as_it_came(shop, store, client, worker):
    for message, _ in MESSAGES.values():
        client.lpush("celery", json.dumps(message))
    assert shop.module.add.delay(1, 2).get(timeout=60) == 3
    for message, reason in MESSAGES.values():
        job_id = message["headers"].get("id") or message["properties"]["delivery_tag"]
        until(lambda key=job_id: store.run(jobs.get(key)).state is JobState.DEAD)
        assert store.run(jobs.get(job_id)).dead_reason is reason
        assert json.loads(client.hget("longshore:dead-messages", job_id)) == message
        assert client.hlen("unacked") == 0
    # Lua's JSON knows this number, Python's does not
    odd = json.dumps(envelope(task_headers("odd", "shop.add"))).replace('"retries": 0', '"x": 0x1F')
    client.lpush("celery", odd)
    until(lambda: client.hexists("longshore:dead-messages", "odd"))
    assert "cannot be read" in worker.lines()
    assert client.hget("longshore:dead-messages", "odd").decode() == odd
    assert shop.module.add.delay(1, 2).get(timeout=60) == 3
    assert places(client, "no-task") == ["dead"]


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("shop.fail", DeadReason.PERMANENT_ERROR),
        ("shop.too_long", DeadReason.TIME_LIMIT),
        ("shop.rejecting", DeadReason.REJECTED),
    ],
)
def test_failures_are_kept_with_their_reason(shop, store, client, task, reason):
    result = shop.app.send_task(task)
    until(lambda: store.run(jobs.get(result.id)).state is JobState.DEAD)
    assert store.run(jobs.get(result.id)).dead_reason is reason
    assert places(client, result.id) == ["dead"]


def test_a_job_out_of_retries(shop, store, client):
    result = shop.module.flaky.delay(99, countdown=0)
    until(lambda: store.run(jobs.get(result.id)).state is JobState.DEAD)
    record = store.run(jobs.get(result.id))
    assert (record.dead_reason, record.attempts) == (DeadReason.RETRIES_EXHAUSTED, 6)
    outcomes = [str(told.outcome) for told in store.run(jobs.attempts(result.id))]
    assert outcomes == ["retried"] * 5 + ["failed"]
