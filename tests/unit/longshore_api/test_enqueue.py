from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.testing.fake_store import FakeStore

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
FIELDS = {"a": 1, "b": 2}


async def test_a_job_is_accepted_with_its_record_and_address(client: httpx.AsyncClient) -> None:
    response = await client.post(ADD, json=FIELDS)
    record = response.json()
    assert response.status_code == 202
    assert response.headers["Location"] == f"/api/v1/jobs/{record['id']}"
    assert (record["task"], record["queue"], record["state"]) == ("system.add", "high", "queued")
    assert record["enqueued_at"].endswith("Z")


async def test_the_record_of_the_answer_is_the_one_that_is_looked_up_later(
    client: httpx.AsyncClient,
) -> None:
    response = await client.post(ADD, json=FIELDS, params={"delay_seconds": 60, "priority": 3})
    later = (await client.get(response.headers["Location"])).json()
    assert later.pop("history") == []
    clocks = {"enqueued_at", "due_at"}
    answered = response.json()
    for name in clocks:
        difference = _moment(answered.pop(name)) - _moment(later.pop(name))
        assert abs(difference) < timedelta(seconds=1)
    assert answered == later


async def test_the_message_carries_the_request_id(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    await client.post(ADD, json=FIELDS, headers={"X-Request-ID": "from-the-caller"})
    assert store.messages[0]["headers"]["request_id"] == "from-the-caller"


async def test_a_repeated_key_answers_with_the_same_job(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    key = {"Idempotency-Key": "order-17"}
    first = await client.post(ADD, json=FIELDS, headers=key)
    second = await client.post(ADD, json={"b": 2, "a": 1}, headers=key)
    assert second.status_code == 202
    assert second.json()["id"] == first.json()["id"]
    assert second.headers["Location"] == first.headers["Location"]
    assert len(store.messages) == 1


async def test_a_repeated_key_tells_what_has_become_of_the_job(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    key = {"Idempotency-Key": "order-17"}
    first = await client.post(ADD, json=FIELDS, headers=key)
    store.succeed(first.json()["id"], 3)
    second = await client.post(ADD, json=FIELDS, headers=key)
    assert second.json()["state"] == "succeeded"


async def test_a_key_with_other_fields_is_a_conflict(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "order-17"}
    await client.post(ADD, json=FIELDS, headers=key)
    response = await client.post(ADD, json={"a": 1, "b": 3}, headers=key)
    assert response.status_code == 409
    assert response.json()["type"] == "urn:longshore:problem:idempotency-conflict"
    assert "other fields" in response.json()["detail"]


@pytest.mark.parametrize(
    "params",
    [
        {"delay_seconds": 60},
        {"priority": 3},
        {"expires_in_seconds": 5},
        {"run_at": "2026-11-22T06:00:00Z"},
    ],
)
async def test_a_key_with_another_time_or_priority_is_a_conflict(
    client: httpx.AsyncClient, store: FakeStore, params: dict[str, str | float]
) -> None:
    key = {"Idempotency-Key": "order-17"}
    for first, second in (({}, params), (params, {})):
        assert (await client.post(ADD, json=FIELDS, params=first, headers=key)).status_code == 202
        again = await client.post(ADD, json=FIELDS, params=first, headers=key)
        assert again.status_code == 202
        response = await client.post(ADD, json=FIELDS, params=second, headers=key)
        assert response.status_code == 409
        assert "another time or priority" in response.json()["detail"]
        key = {"Idempotency-Key": "order-18"}
    assert len(store.messages) == 2


async def test_one_key_means_one_job_for_each_task(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    key = {"Idempotency-Key": "order-17"}
    await client.post(ADD, json=FIELDS, headers=key)
    await client.post("/api/v1/tasks/system.echo/jobs", json={"text": "x"}, headers=key)
    assert len(store.messages) == 2


async def test_a_job_may_run_at_a_moment(client: httpx.AsyncClient) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    response = await client.post(ADD, json=FIELDS, params={"run_at": moment.isoformat()})
    assert response.json()["state"] == "scheduled"
    assert _moment(response.json()["due_at"]) == moment


@pytest.mark.parametrize(("word", "number"), [("high", 0), ("normal", 3), ("low", 6)])
async def test_a_priority_may_be_a_word(client: httpx.AsyncClient, word: str, number: int) -> None:
    response = await client.post(ADD, json=FIELDS, params={"priority": word})
    assert (response.status_code, response.json()["priority"]) == (202, number)


async def test_a_moment_that_has_passed_means_at_once(client: httpx.AsyncClient) -> None:
    response = await client.post(ADD, json=FIELDS, params={"run_at": "2020-01-01T00:00:00+02:00"})
    assert (response.json()["state"], response.json()["due_at"]) == ("queued", None)


async def test_a_job_may_expire(client: httpx.AsyncClient) -> None:
    record = (await client.post(ADD, json=FIELDS, params={"expires_in_seconds": 30})).json()
    lasts = _moment(record["expires_at"]) - _moment(record["enqueued_at"])
    assert lasts == timedelta(seconds=30)


async def test_an_unknown_task_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/tasks/no.such/jobs", json={})
    assert response.status_code == 404
    assert response.json()["type"] == "urn:longshore:problem:unknown-task"
    assert "'no.such'" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"a": 1}, "b"),
        ({"a": 1, "b": "two"}, "b"),
        ({"a": 1, "b": 2, "c": 3}, "c"),
        ([], "body"),
    ],
)
async def test_a_body_that_does_not_fit_names_the_field(
    client: httpx.AsyncClient, store: FakeStore, body: object, field: str
) -> None:
    response = await client.post(ADD, json=body)
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert store.messages == []


async def test_a_field_within_a_field_is_named_with_its_path(client: httpx.AsyncClient) -> None:
    body = {"file_id": "0" * 32, "sizes": [{"width": 0, "height": 10}]}
    response = await client.post("/api/v1/tasks/images.thumbnail/jobs", json=body)
    assert response.json()["errors"][0]["field"] == "sizes.0.width"


async def test_broken_json_does_not_fit(client: httpx.AsyncClient) -> None:
    response = await client.post(
        ADD, content=b'{"a": 1,', headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "body"


async def test_what_was_sent_is_not_repeated_in_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.post(ADD, json={"a": "hunter2", "b": 2, "hunter3": 1})
    assert "hunter2" not in response.text


@pytest.mark.parametrize(
    "params",
    [
        {"priority": 10},
        {"priority": -1},
        {"priority": "urgent"},
        {"delay_seconds": -1},
        {"delay_seconds": "inf"},
        {"delay_seconds": "nan"},
        {"run_at": "2026-11-21T09:30:00"},
        {"run_at": "soon"},
        {"run_at": "9999-12-31T23:59:59-23:59"},
        {"run_at": "9999-12-31T23:59:59Z"},
        {"run_at": "0001-01-01T00:00:00+23:59"},
        {"expires_in_seconds": 0},
        {"delay_seconds": 1, "run_at": "2026-11-21T09:30:00Z"},
        {"delay_seconds": 10, "expires_in_seconds": 5},
        {"prioriy": 1},
    ],
)
async def test_wishes_that_cannot_be_met_are_refused(
    client: httpx.AsyncClient, store: FakeStore, params: dict[str, str | float]
) -> None:
    response = await client.post(ADD, json=FIELDS, params=params)
    assert response.status_code == 422
    assert response.json()["errors"][0]["location"] == "query"
    assert store.messages == []


async def test_a_key_that_is_too_long_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post(ADD, json=FIELDS, headers={"Idempotency-Key": "x" * 256})
    error = response.json()["errors"][0]
    assert (error["location"], error["field"]) == ("header", "Idempotency-Key")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BrokerUnavailable("broker redis://:secret@10.1.2.3 is away"), "broker-unavailable"),
        (BrokerRefused("broker 10.1.2.3 refused: OOM"), "broker-refused"),
    ],
)
async def test_without_a_broker_the_caller_is_told_when_to_try_again(
    client: httpx.AsyncClient, store: FakeStore, error: Exception, kind: str
) -> None:
    store.error = error
    response = await client.post(ADD, json=FIELDS)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.json()["type"] == f"urn:longshore:problem:{kind}"
    assert "10.1.2.3" not in response.text


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
