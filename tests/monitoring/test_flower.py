"""Flower beside the running set: it shows the truth, to who logs in, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from support.flower import Flower
from support.running_set import RunningSet
from support.until import until

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("running-set")]


@pytest.fixture(scope="module")
def flower(running: RunningSet) -> Iterator[Flower]:
    with Flower(running.broker_url(), running.directory / "flower.log") as started:
        until(lambda: started.told("/api/workers", refresh="1"), 30)
        # it asks the workers for their events a moment after it has begun
        until(lambda: "Events of group {task} enabled" in running.lines(), 30)
        yield started


@pytest.mark.parametrize("path", ["/", "/workers", "/api/workers", "/api/tasks", "/tasks"])
def test_nobody_sees_anything_without_the_password(flower: Flower, path: str) -> None:
    assert flower.call("GET", path, auth=None).status_code == 401
    assert flower.call("GET", path, auth=("operator", "guessed")).status_code == 401


def test_it_sees_the_worker_and_its_queues(flower: Flower) -> None:
    ((name, worker),) = flower.told("/api/workers", refresh="1").items()
    assert name.startswith("local@")
    assert {one["name"] for one in worker["active_queues"]} == {"high", "normal", "low"}
    assert worker["stats"]["pool"]["max-concurrency"] == 2


def test_it_shows_how_jobs_ended(running: RunningSet, flower: Flower) -> None:
    well = running.enqueue("system.add", {"a": 2, "b": 3})["id"]
    badly = running.enqueue("images.thumbnail", {"file_id": "0" * 32})["id"]
    running.ends_as("succeeded", well)
    running.ends_as("dead", badly)
    until(lambda: state(flower, well) == "SUCCESS")
    until(lambda: state(flower, badly) == "FAILURE")
    assert flower.told(f"/api/task/info/{well}")["result"]


def state(flower: Flower, job_id: str) -> str | None:
    task: dict[str, Any] = flower.told("/api/tasks").get(job_id, {})
    return task.get("state")


def test_it_counts_what_waits_over_all_priorities(running: RunningSet, flower: Flower) -> None:
    running.ask("POST", "/queues/normal/pause")
    try:
        jobs = [
            running.enqueue("system.echo", {"text": "hello"}, priority=priority)["id"]
            for priority in (0, 3, 9)
        ]
        lengths = flower.told("/api/queues/length")["active_queues"]
        assert {one["name"]: one["messages"] for one in lengths}["normal"] == len(jobs)
    finally:
        running.ask("POST", "/queues/normal/resume")
    for job in jobs:
        assert running.ends_as("succeeded", job)["deliveries"] == 1


def test_it_changes_nothing(running: RunningSet, flower: Flower) -> None:
    job = running.enqueue("system.add", {"a": 1, "b": 1}, delay_seconds=600)["id"]
    (name,) = flower.told("/api/workers", refresh="1")
    for path in (
        f"/api/task/revoke/{job}",
        f"/api/worker/shutdown/{name}",
        "/api/task/send-task/system.add",
        f"/api/worker/queue/cancel-consumer/{name}",
    ):
        assert flower.call("POST", path).status_code == 403
    assert running.record(job)["state"] == "scheduled"
