"""Jobs and queues are acted on over HTTP, and a job is followed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from longshore.current import Claim
from longshore.records import JobState
from longshore.store import AsyncStore, Store, jobs
from longshore.store.claims import Settlement, Source, claim, settle
from longshore.store.control import tell_progress
from longshore.testing.server import ValkeyServer
from longshore_api.jobs.events import follow

pytestmark = pytest.mark.anyio

JOBS, QUEUES = "/api/v1/jobs", "/api/v1/queues"
ADD = "/api/v1/tasks/system.add/jobs"


@pytest.fixture
def store(valkey: ValkeyServer) -> Iterator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


async def enqueue(client: httpx.AsyncClient, **params: Any) -> str:
    posted = await client.post(ADD, json={"a": 1, "b": 2}, params=params)
    job_id: str = posted.json()["id"]
    return job_id


def take(store: Store) -> Claim:
    sources = [Source("high", "high")]
    (delivery,) = store.run(claim(sources, owner="w", worker="w@host", limit=1))
    assert delivery.claim is not None
    return delivery.claim


async def test_a_delayed_job_gets_another_time_and_runs_now(client, store) -> None:
    job_id = await enqueue(client, delay_seconds=600)
    url = f"{JOBS}/{job_id}"
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    moved = await client.post(f"{url}/reschedule", json={"run_at": tomorrow})
    assert datetime.fromisoformat(moved.json()["due_at"]) == datetime.fromisoformat(tomorrow)
    assert (await client.post(f"{url}/reschedule", json={"delay_seconds": 500})).status_code == 200
    assert (await client.post(f"{url}/run-now")).json()["state"] == "queued"
    assert take(store).job_id == job_id
    problem = await client.post(f"{url}/run-now")
    assert (problem.status_code, problem.json()["state"]) == (409, "running")
    assert (await client.post(f"{JOBS}/nobody/run-now")).status_code == 404


@pytest.mark.parametrize("body", [{}, {"delay_seconds": 1, "run_at": "2026-01-01T00:00:00Z"}])
async def test_one_time_is_asked_for(client, body) -> None:
    job_id = await enqueue(client, delay_seconds=600)
    response = await client.post(f"{JOBS}/{job_id}/reschedule", json=body)
    assert response.status_code == 422


async def test_a_running_job_is_asked_to_stop(client, store) -> None:
    job_id = await enqueue(client)
    take(store)
    asked = await client.post(f"{JOBS}/{job_id}/cancel", params={"mode": "cooperative"})
    assert (asked.json()["state"], asked.json()["cancel_asked"]) == ("running", True)


async def test_a_paused_queue_says_so(client) -> None:
    assert (await client.post(f"{QUEUES}/high/pause")).json()["changed"]
    queues = {one["queue"]: one for one in (await client.get(QUEUES)).json()["queues"]}
    assert queues["high"]["paused_since"] is not None
    assert queues["low"]["paused_since"] is None
    resumed = (await client.post(f"{QUEUES}/high/resume")).json()
    assert resumed == {"queue": "high", "paused": False, "changed": True}


async def test_a_queue_is_purged(client) -> None:
    job_id = await enqueue(client, priority=4)
    await enqueue(client)
    purged = (await client.post(f"{QUEUES}/high/purge")).json()
    assert purged == {"queue": "high", "purged": 2, "more": False}
    assert (await client.get(f"{JOBS}/{job_id}")).json()["state"] == "cancelled"


@pytest.mark.parametrize("act", ["pause", "purge"])
async def test_another_key_of_the_broker_is_no_queue(client, act) -> None:
    job_id = await enqueue(client)
    refused = await client.post(f"{QUEUES}/longshore:accepted/{act}")
    assert (refused.status_code, refused.json()["type"]) == (
        404,
        "urn:longshore:problem:unknown-queue",
    )
    assert [one["id"] for one in (await client.get(JOBS)).json()["jobs"]] == [job_id]


async def test_jobs_are_found_by_time(client) -> None:
    job_id = await enqueue(client)
    past = {"accepted_before": "2020-01-01T00:00:00Z"}
    since = {"accepted_after": "2020-01-01T00:00:00Z"}
    assert (await client.get(JOBS, params=past)).json()["jobs"] == []
    assert [one["id"] for one in (await client.get(JOBS, params=since)).json()["jobs"]] == [job_id]


async def test_the_schedule_is_listed(client) -> None:
    assert (await client.get("/api/v1/schedules")).json() == {"leader": None, "entries": []}


def events_of(text: str) -> list[dict[str, Any]]:
    found = []
    for block in text.split("\n\n"):
        words = dict(line.split(": ", 1) for line in block.splitlines())
        if "data" in words:
            found.append({**words, "data": json.loads(words["data"])})
    return found


async def test_a_job_is_followed_to_its_end(client, store, valkey) -> None:
    job_id = await enqueue(client)
    async with AsyncStore.from_url(valkey.url) as watching:
        events = follow(watching, store.run(jobs.get(job_id)), None)
        assert (await anext(events)).startswith(b"retry: ")
        heard = [await anext(events)]
        held = take(store)
        heard.append(await anext(events))
        store.run(tell_progress(held, 1, 2, "half"))
        heard.append(await anext(events))
        store.run(settle(held, Settlement(JobState.SUCCEEDED, '{"result": 3}')))
        heard += [event async for event in events]
    told = events_of(b"".join(heard).decode())
    assert [(one["event"], one["data"]["state"]) for one in told] == [
        ("change", "queued"),
        ("change", "running"),
        ("change", "running"),
        ("end", "succeeded"),
    ]
    assert told[2]["data"]["progress"]["note"] == "half"


async def test_who_comes_back_hears_only_what_is_new(client, store) -> None:
    job_id = await enqueue(client)
    store.run(settle(take(store), Settlement(JobState.SUCCEEDED)))
    url = f"{JOBS}/{job_id}/events"
    first = await client.get(url)
    assert first.headers["content-type"].startswith("text/event-stream")
    (event,) = events_of(first.text)
    again = await client.get(url, headers={"Last-Event-ID": event["id"]})
    assert events_of(again.text) == []
    earlier = await client.get(url, headers={"Last-Event-ID": "queued-0-0-0.000000"})
    assert [one["id"] for one in events_of(earlier.text)] == [event["id"]]
    assert (await client.get(f"{JOBS}/nobody/events")).status_code == 404
