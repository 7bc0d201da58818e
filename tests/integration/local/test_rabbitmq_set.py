"""``make run BROKER=rabbitmq``: the same services, their messages in a real RabbitMQ."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import httpx
import pytest

from support.rabbit import why_not
from support.running_set import RunningSet, all_gone
from support.until import until

pytestmark = pytest.mark.xdist_group("rabbitmq-set")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    if reason := why_not():
        pytest.skip(reason)
    with RunningSet(tmp_path_factory.mktemp("set"), local_broker="rabbitmq") as started:
        family = started.family()
        yield started
    until(lambda: all_gone(family))


def test_a_load_goes_through_rabbitmq_to_the_last_job(running: RunningSet) -> None:
    assert "broker amqp://guest:***@127.0.0.1" in running.lines()
    shown = running.run("load", "--jobs", "100", "--connections", "8", "--json")

    assert shown.returncode == 0, shown.stdout + shown.stderr
    figures = json.loads(shown.stdout)
    assert figures["states"] == {"succeeded": 100}
    assert figures["errors"] == {}


def test_a_key_names_one_job(running: RunningSet) -> None:
    key = {"Idempotency-Key": "order-17"}
    posts = [
        running.ask("POST", "/tasks/system.add/jobs", json={"a": 2, "b": number}, headers=key)
        for number in (3, 3)
    ]
    conflict = httpx.post(
        f"{running.url}/api/v1/tasks/system.add/jobs",
        json={"a": 2, "b": 4},
        headers=key,
        trust_env=False,
    )

    assert len({post.json()["id"] for post in posts}) == 1
    assert conflict.status_code == 409
    job_id = posts[0].json()["id"]
    assert running.ends_as("succeeded", job_id)["deliveries"] == 1
    assert running.ask("GET", f"/jobs/{job_id}/result").json()["result"] == 5


def test_a_batch_is_accepted_and_finished(running: RunningSet) -> None:
    jobs = [{"fields": {"a": number, "b": 1}} for number in range(20)]
    answer = running.ask("POST", "/tasks/system.add/jobs/batch", json={"jobs": jobs})

    for job in answer.json()["jobs"]:
        assert running.ends_as("succeeded", job["id"])["attempts"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/queues"),
        ("POST", "/queues/normal/pause"),
        ("POST", "/queues/normal/purge"),
        ("GET", "/dead-letters"),
        ("POST", "/jobs/some-id/run-now"),
    ],
)
def test_what_needs_the_engines_queues_is_answered_with_501(
    running: RunningSet, method: str, path: str
) -> None:
    answer = httpx.request(method, f"{running.url}/api/v1{path}", trust_env=False)

    assert answer.status_code == 501
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:longshore:problem:not-on-this-broker"


def test_a_killed_workers_jobs_are_finished_by_the_next(running: RunningSet) -> None:
    ids = [running.enqueue("system.echo", {"text": f"{n}"})["id"] for n in range(12)]
    running.service("worker").send_signal(signal.SIGKILL)

    for job_id in ids:
        assert running.ends_as("succeeded", job_id, 60)["state"] == "succeeded"


def test_without_rabbitmq_the_api_says_so_and_recovers(running: RunningSet) -> None:
    node = next(one for one in running.family() if "beam" in one.name())
    os.kill(node.pid, signal.SIGSTOP)
    try:
        answer = httpx.post(
            f"{running.url}/api/v1/tasks/system.add/jobs",
            json={"a": 1, "b": 1},
            timeout=10,
            trust_env=False,
        )
        ready = httpx.get(f"{running.url}/readyz", trust_env=False, timeout=10)
    finally:
        os.kill(node.pid, signal.SIGCONT)

    assert answer.status_code == 503
    assert ready.status_code == 503
    assert ready.json()["checks"]["broker"]["ok"] is False
    until(lambda: httpx.get(f"{running.url}/readyz", trust_env=False).is_success)
    job_id = running.enqueue("system.add", {"a": 1, "b": 1})["id"]
    running.ends_as("succeeded", job_id)
