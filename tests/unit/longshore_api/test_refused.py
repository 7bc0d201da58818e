"""What the document forbids is refused, also where it could be read as something allowed."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
REPLAY = "/api/v1/dead-letters/replay"


async def test_a_parameter_that_comes_twice_is_refused_by_its_name(
    client: httpx.AsyncClient,
) -> None:
    answers = [
        await client.get("/api/v1/jobs?queue=high&queue=low&limit=1"),
        await client.post(f"{ADD}?priority=1&priority=2", json={"a": 1, "b": 2}),
    ]
    for answer, name in zip(answers, ("queue", "priority"), strict=True):
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["location"], error["field"]) == ("query", name)


async def test_a_probe_is_answered_whatever_is_asked_beside_it(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez?at=1&at=2")).status_code == 200


@pytest.mark.parametrize("body", [{"a": "1", "b": 2}, {"a": True, "b": 2}, {"a": 1.5, "b": 2}])
async def test_a_number_of_a_job_is_a_number(
    client: httpx.AsyncClient, body: dict[str, object]
) -> None:
    response = await client.post(ADD, json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["a"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "5"), ("limit", True), ("all", 1), ("all", "true"), ("rate_per_second", "2")],
)
async def test_a_bulk_replay_takes_the_types_of_json(
    client: httpx.AsyncClient, name: str, value: object
) -> None:
    response = await client.post(REPLAY, json={"task": "system.add", name: value})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [name]


async def test_an_empty_filter_does_not_mean_everything(client: httpx.AsyncClient) -> None:
    response = await client.delete("/api/v1/dead-letters?queue=")
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["queue"]


async def test_a_word_that_is_no_priority_is_refused_with_the_words(
    client: httpx.AsyncClient,
) -> None:
    refused = await client.post(f"{ADD}?priority=urgent", json={"a": 1, "b": 2})
    assert refused.status_code == 422
    assert "priority: must be high, normal, low or a number from 0 to 9" in refused.text
