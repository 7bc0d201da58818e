from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta

import httpx
import pytest

from longshore.testing.server import ValkeyServer

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
FIELDS = {"a": 1, "b": 2}


async def test_an_accepted_job_is_on_its_queue_and_in_its_record(
    client: httpx.AsyncClient, valkey: ValkeyServer
) -> None:
    posted = await client.post(ADD, json=FIELDS)
    assert posted.status_code == 202
    assert valkey.ask("LLEN", "high") == "1"
    found = await client.get(posted.headers["Location"])
    assert found.json()["state"] == "queued"


async def test_the_answer_and_the_record_agree(client: httpx.AsyncClient) -> None:
    params = {"delay_seconds": 60, "priority": 4, "expires_in_seconds": 90}
    answered = (await client.post(ADD, json=FIELDS, params=params)).json()
    found = (await client.get(f"/api/v1/jobs/{answered['id']}")).json()
    del found["history"]
    for name in ("enqueued_at", "due_at", "expires_at"):
        difference = _moment(answered.pop(name)) - _moment(found.pop(name))
        assert abs(difference) < timedelta(seconds=1)
    assert answered == found


async def test_callers_at_once_with_one_key_get_one_job(
    client: httpx.AsyncClient, valkey: ValkeyServer
) -> None:
    key = {"Idempotency-Key": "once"}
    answers = await asyncio.gather(*(client.post(ADD, json=FIELDS, headers=key) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert valkey.ask("LLEN", "high") == "1"


async def test_a_key_with_other_fields_adds_nothing(
    client: httpx.AsyncClient, valkey: ValkeyServer
) -> None:
    key = {"Idempotency-Key": "once"}
    await client.post(ADD, json=FIELDS, headers=key)
    assert (await client.post(ADD, json={"a": 9, "b": 9}, headers=key)).status_code == 409
    assert valkey.ask("LLEN", "high") == "1"


async def test_many_callers_at_once_are_all_served(
    client: httpx.AsyncClient, valkey: ValkeyServer
) -> None:
    answers = await asyncio.gather(*(client.post(ADD, json=FIELDS) for _ in range(200)))
    assert {answer.status_code for answer in answers} == {202}
    assert valkey.ask("LLEN", "high") == "200"


async def test_a_batch_is_on_its_queue_in_its_order(
    client: httpx.AsyncClient, valkey: ValkeyServer
) -> None:
    batch = {"jobs": [{"fields": {"a": 1, "b": n}} for n in range(1000)]}
    posted = await client.post(f"{ADD}/batch", json=batch)
    assert posted.status_code == 202
    assert valkey.ask("LLEN", "high") == "1000"
    ids = [job["id"] for job in posted.json()["jobs"]]
    # The left end is where the newest enters; jobs leave on the right.
    waiting = [json.loads(message) for message in valkey.client().lrange("high", 0, -1)]
    assert [message["headers"]["id"] for message in reversed(waiting)] == ids


async def test_of_equal_keys_in_one_batch_the_first_makes_the_job(
    client: httpx.AsyncClient, valkey: ValkeyServer
) -> None:
    item = {"fields": FIELDS, "idempotency_key": "once"}
    other = {"fields": {"a": 9, "b": 9}, "idempotency_key": "once"}
    posted = await client.post(f"{ADD}/batch", json={"jobs": [item, item, other]})
    outcomes = [job["outcome"] for job in posted.json()["jobs"]]
    assert outcomes == ["created", "existing", "conflict"]
    assert valkey.ask("LLEN", "high") == "1"


async def test_a_cancelled_job_leaves_the_delayed_ones(client: httpx.AsyncClient) -> None:
    posted = await client.post(ADD, json=FIELDS, params={"delay_seconds": 60})
    cancelled = await client.post(f"{posted.headers['Location']}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    queues = (await client.get("/api/v1/queues")).json()["queues"]
    high = next(queue for queue in queues if queue["queue"] == "high")
    assert (high["waiting"], high["delayed"]) == (0, 0)
    result = await client.get(f"{posted.headers['Location']}/result")
    assert (result.status_code, result.json()["state"]) == (409, "cancelled")


async def test_jobs_are_found_page_by_page(client: httpx.AsyncClient) -> None:
    ids = [(await client.post(ADD, json=FIELDS)).json()["id"] for _ in range(3)]
    await client.post("/api/v1/tasks/system.echo/jobs", json={"text": "x"})
    listed, params = [], {"task": "system.add", "state": "queued", "limit": "2"}
    while True:
        page = (await client.get("/api/v1/jobs", params=params)).json()
        listed += [job["id"] for job in page["jobs"]]
        if page["cursor"] is None:
            break
        params["cursor"] = page["cursor"]
    assert listed == ids[::-1]


async def test_stats_and_queues_count_what_was_enqueued(client: httpx.AsyncClient) -> None:
    await client.post(ADD, json=FIELDS)
    stats = (await client.get("/api/v1/tasks/system.add/stats")).json()
    assert (stats["enqueued"], stats["succeeded"]) == (1, 0)
    queues = (await client.get("/api/v1/queues")).json()["queues"]
    assert {queue["queue"]: queue["waiting"] for queue in queues} == {
        "high": 1,
        "low": 0,
        "normal": 0,
    }


async def test_it_is_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).status_code == 200


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
