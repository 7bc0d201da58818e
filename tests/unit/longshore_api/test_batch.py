from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.testing.fake_store import FakeStore
from longshore_api.settings import ApiSettings

pytestmark = pytest.mark.anyio

BATCH = "/api/v1/tasks/system.add/jobs/batch"


def batch(*fields: object, **keys: str) -> dict[str, list[dict[str, object]]]:
    """The n-th job has the key that is given as ``_n``."""
    named = {int(name[1:]): {"idempotency_key": key} for name, key in keys.items()}
    return {"jobs": [{"fields": item, **named.get(n, {})} for n, item in enumerate(fields)]}


def direct_client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test")


def sums(count: int) -> list[dict[str, int]]:
    return [{"a": 1, "b": n} for n in range(count)]


def outcomes(response: httpx.Response) -> list[str]:
    return [job["outcome"] for job in response.json()["jobs"]]


def ids(response: httpx.Response) -> list[str]:
    return [job["id"] for job in response.json()["jobs"]]


async def test_a_batch_is_accepted_with_an_id_for_each_job(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    response = await client.post(BATCH, json=batch(*sums(3)))
    assert response.status_code == 202
    assert outcomes(response) == ["created"] * 3
    assert ids(response) == [message["headers"]["id"] for message in store.messages]
    assert (await client.get(f"/api/v1/jobs/{ids(response)[2]}")).json()["state"] == "queued"


async def test_a_thousand_jobs_are_taken(
    settings: ApiSettings, store: FakeStore, open_app: Any
) -> None:
    roomy = settings.model_copy(update={"body_max_bytes": 2**20})
    async with open_app(roomy, store) as app, direct_client(app) as client:
        response = await client.post(BATCH, json=batch(*sums(1000)))
    assert (response.status_code, len(store.messages)) == (202, 1000)


async def test_more_than_a_thousand_are_refused(
    settings: ApiSettings, store: FakeStore, open_app: Any
) -> None:
    roomy = settings.model_copy(update={"body_max_bytes": 2**20})
    async with open_app(roomy, store) as app, direct_client(app) as client:
        response = await client.post(BATCH, json=batch(*sums(1001)))
    assert response.status_code == 413
    assert response.json()["type"] == "urn:longshore:problem:too-many-jobs"
    assert "1000" in response.json()["detail"]
    assert store.messages == []


async def test_wishes_are_those_of_every_job(client: httpx.AsyncClient) -> None:
    response = await client.post(BATCH, json=batch(*sums(2)), params={"delay_seconds": 60})
    found = [(await client.get(f"/api/v1/jobs/{job_id}")).json() for job_id in ids(response)]
    assert [job["state"] for job in found] == ["scheduled"] * 2


async def test_each_message_carries_the_request_id(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    await client.post(BATCH, json=batch(*sums(2)), headers={"X-Request-ID": "of-the-batch"})
    assert [message["headers"]["request_id"] for message in store.messages] == ["of-the-batch"] * 2


async def test_a_key_of_a_job_is_the_same_as_that_of_a_single_enqueue(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    fields = {"a": 1, "b": 2}
    single = await client.post(
        BATCH.removesuffix("/batch"), json=fields, headers={"Idempotency-Key": "order-17"}
    )
    response = await client.post(BATCH, json=batch(fields, {"a": 3, "b": 4}, _0="order-17"))
    assert outcomes(response) == ["existing", "created"]
    assert ids(response)[0] == single.json()["id"]
    assert len(store.messages) == 2


async def test_a_key_with_other_fields_is_told_and_adds_nothing(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    await client.post(BATCH, json=batch({"a": 1, "b": 2}, _0="order-17"))
    response = await client.post(BATCH, json=batch({"a": 1, "b": 3}, *sums(1), _0="order-17"))
    assert outcomes(response) == ["conflict", "created"]
    assert len(store.messages) == 2


async def test_a_repeated_batch_with_a_key_adds_nothing(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    key = {"Idempotency-Key": "nightly"}
    first = await client.post(BATCH, json=batch(*sums(3), _1="own"), headers=key)
    second = await client.post(BATCH, json=batch(*sums(3), _1="own"), headers=key)
    assert outcomes(second) == ["existing"] * 3
    assert ids(second) == ids(first)
    assert len(store.messages) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (batch({"a": 1, "b": 2}, {"a": 1}), "jobs.1.fields.b"),
        (batch({"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}), "jobs.1.fields.c"),
        (batch({"a": 1, "b": 2}, _0=""), "jobs.0.idempotency_key"),
        ({"jobs": [{"a": 1, "b": 2}]}, "jobs.0.fields"),
        ({"jobs": []}, "jobs"),
        ([{"fields": {"a": 1, "b": 2}}], "body"),
    ],
)
async def test_one_job_that_does_not_fit_refuses_the_batch(
    client: httpx.AsyncClient, store: FakeStore, body: Any, field: str
) -> None:
    response = await client.post(BATCH, json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field
    assert store.messages == []


async def test_an_unknown_task_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/tasks/no.such/jobs/batch", json=batch({}))
    assert response.status_code == 404
    assert response.json()["type"] == "urn:longshore:problem:unknown-task"


@pytest.mark.parametrize("error", [BrokerUnavailable("10.1.2.3"), BrokerRefused("10.1.2.3")])
async def test_without_a_broker_the_caller_is_told_when_to_try_again(
    client: httpx.AsyncClient, store: FakeStore, error: Exception
) -> None:
    store.error = error
    response = await client.post(BATCH, json=batch(*sums(2)))
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "10.1.2.3" not in response.text


async def test_a_tracked_batch_is_counted_under_an_id(client: httpx.AsyncClient) -> None:
    response = await client.post(BATCH, json=batch(*sums(3)) | {"tracked": True})
    where = response.headers["Location"]
    assert where == f"/api/v1/batches/{response.json()['id']}"
    counted = (await client.get(where)).json()
    assert (counted["size"], counted["open"], counted["callback"]) == (3, 3, None)


async def test_a_batch_that_is_not_tracked_has_no_id(client: httpx.AsyncClient) -> None:
    response = await client.post(BATCH, json=batch(*sums(1)))
    assert response.json()["id"] is None
    assert "Location" not in response.headers


async def test_the_same_key_is_the_same_batch_with_the_same_callback(
    client: httpx.AsyncClient,
) -> None:
    callback = {"task": "system.echo", "fields": {"text": "all done"}}
    body = batch(*sums(2)) | {"callback": callback}
    first, second = [
        await client.post(BATCH, json=body, headers={"Idempotency-Key": "nightly"})
        for _ in range(2)
    ]
    assert first.json()["id"] == second.json()["id"]
    assert outcomes(second) == ["existing"] * 2
    counted = (await client.get(first.headers["Location"])).json()
    assert (counted["size"], bool(counted["callback"])) == (2, True)


@pytest.mark.parametrize(
    ("callback", "status"),
    [
        ({"task": "no.such", "fields": {}}, 404),
        ({"task": "system.add", "fields": {"a": "one"}}, 422),
        ({"task": "system.add"}, 422),
    ],
)
async def test_a_callback_that_does_not_fit_enqueues_nothing(
    client: httpx.AsyncClient, store: FakeStore, callback: dict[str, object], status: int
) -> None:
    response = await client.post(BATCH, json=batch(*sums(2)) | {"callback": callback})
    assert response.status_code == status
    assert not store.messages


async def test_an_unknown_batch_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/batches/nothing")
    assert response.status_code == 404
    assert response.json()["type"].endswith("unknown-batch")
