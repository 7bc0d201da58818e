from __future__ import annotations

import httpx
import pytest

from longshore.testing.fake_store import FakeStore
from longshore_tasks.roll import ROLL

pytestmark = pytest.mark.anyio


async def test_the_catalogue_lists_every_task_of_the_roll(client: httpx.AsyncClient) -> None:
    tasks = (await client.get("/api/v1/tasks")).json()["tasks"]
    assert [task["task"] for task in tasks] == [job.spec.task for job in ROLL]


async def test_the_catalogue_says_how_a_task_is_run_and_called(client: httpx.AsyncClient) -> None:
    tasks = (await client.get("/api/v1/tasks")).json()["tasks"]
    thumbnail = next(task for task in tasks if task["task"] == "images.thumbnail")
    assert thumbnail["queue"] == "normal"
    assert thumbnail["retry"]["max_retries"] == 5
    assert "OperationalError" in thumbnail["retry"]["retry_on"]
    assert thumbnail["soft_time_limit_seconds"] < thumbnail["time_limit_seconds"]
    assert thumbnail["fields"]["required"] == ["file_id"]


async def test_a_task_counts_its_jobs(client: httpx.AsyncClient, store: FakeStore) -> None:
    posts = [
        await client.post("/api/v1/tasks/system.add/jobs", json={"a": 1, "b": n}) for n in (1, 2)
    ]
    store.succeed(posts[0].json()["id"], 2)
    stats = (await client.get("/api/v1/tasks/system.add/stats")).json()
    assert (stats["task"], stats["enqueued"], stats["succeeded"]) == ("system.add", 2, 1)
    assert [window["seconds"] for window in stats["windows"]] == [300, 3600, 86_400]


async def test_an_unknown_task_counts_nothing(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/tasks/no.such/stats")
    assert response.json()["type"] == "urn:longshore:problem:unknown-task"


async def test_queues_of_the_set_are_listed_also_when_they_are_empty(
    client: httpx.AsyncClient,
) -> None:
    await client.post("/api/v1/tasks/system.add/jobs", json={"a": 1, "b": 2})
    queues = (await client.get("/api/v1/queues")).json()["queues"]
    assert [(queue["queue"], queue["waiting"]) for queue in queues] == [
        ("high", 1),
        ("low", 0),
        ("normal", 0),
    ]
