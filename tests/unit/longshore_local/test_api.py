"""The api as the demonstration and the load test call it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from longshore.records import JobState
from longshore_local.api import Api, ApiFailed
from longshore_local.following import follow
from longshore_local.load.posting import measure

JOB = {
    "id": "j1",
    "task": "system.add",
    "attempts": 1,
    "deliveries": 1,
    "enqueued_at": "2026-11-21T09:30:00Z",
    "unknown_field": "is no trouble",
}
Answer = Callable[[httpx.Request], httpx.Response]


def call(answer: Answer, act: Callable[[Api], Coroutine[Any, Any, Any]]) -> Any:
    async def called() -> Any:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://set") as http:
            return await act(Api(http))

    return asyncio.run(called())


def states(*names: str) -> Answer:
    left = list(names)

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={**JOB, "state": left.pop(0) if len(left) > 1 else left[0]})

    return answer


def test_a_job_is_followed_until_it_is_finished() -> None:
    seen: list[JobState] = []

    record = call(
        states("queued", "running", "succeeded"),
        lambda api: follow(
            api, "j1", patience_seconds=5, changed=lambda record: seen.append(record.state)
        ),
    )

    assert seen == [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED]
    assert record.wait_seconds is None


def test_a_job_that_never_finishes_is_given_up() -> None:
    with pytest.raises(ApiFailed, match="job j1 is not finished after 0 s"):
        call(states("queued"), lambda api: follow(api, "j1", patience_seconds=0.05))


def test_a_problem_is_told_in_one_line() -> None:
    problem = {"title": "No such task", "detail": "no task is named 'x'"}

    with pytest.raises(ApiFailed, match=r"^POST /api/v1/tasks/x/jobs: 404 no task is named 'x'$"):
        call(lambda _: httpx.Response(404, json=problem), lambda api: api.enqueue("x", {}))


def test_an_answer_that_is_no_problem_document_is_told_too() -> None:
    with pytest.raises(ApiFailed, match="502 Bad Gateway"):
        call(lambda _: httpx.Response(502, text="<html>"), lambda api: api.record("j1"))


def test_without_an_api_it_says_how_to_start_one() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(ApiFailed, match="start the set with 'make run'"):
        call(refuse, lambda api: api.record("j1"))


def test_an_api_that_does_not_answer_in_time_is_told() -> None:
    def hang(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too late", request=request)

    with pytest.raises(ApiFailed, match="ReadTimeout"):
        call(hang, lambda api: api.record("j1"))


def test_a_load_counts_what_failed_and_goes_on() -> None:
    posts = iter(range(100))

    def sometimes(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and next(posts) % 2:
            return httpx.Response(503, json={"title": "The broker is away"})
        return httpx.Response(200, json={**JOB, "state": "succeeded"})

    ticks: list[str] = []
    measured = call(sometimes, lambda api: measure(api, 10, 3, ticks.append))

    assert measured.errors.total() == 5
    assert len(measured.records) == 5
    assert not measured.flawless
    assert ticks.count("finished") == 5
