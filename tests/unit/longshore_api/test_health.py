from __future__ import annotations

import httpx
import pytest

from longshore.errors import BrokerUnavailable
from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings
from support.skipping_loop import SKIPPING

pytestmark = pytest.mark.anyio


async def test_the_process_is_alive_whatever_else_is_not(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    store.error = BrokerUnavailable("away")
    response = await client.get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_ready_means_that_broker_and_database_answer(client: httpx.AsyncClient) -> None:
    ready = (await client.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert [check["ok"] for check in ready["checks"].values()] == [True, True]


async def test_without_a_broker_it_is_not_ready_and_says_so(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    store.error = BrokerUnavailable("broker 10.0.0.1 is away")
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["detail"] == "no answer from the broker"
    assert problem["checks"]["broker"]["error"] == "BrokerUnavailable"
    assert problem["checks"]["database"]["ok"] is True
    assert "10.0.0.1" not in response.text


async def test_without_a_database_it_is_not_ready_and_says_so(
    settings: ApiSettings, store: FakeStore
) -> None:
    settings.storage_directory.mkdir(parents=True)
    nowhere = f"sqlite:///file:{settings.storage_directory}/none?mode=ro&uri=true"
    app = create_app(settings.model_copy(update={"database_url": nowhere}), store=store)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        response = await client.get("http://api.test/readyz")
    await app.state.resources.aclose()
    assert response.json()["detail"] == "no answer from the database"


async def test_a_health_job_that_comes_back_tells_its_times(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    store.answers["system.add"] = 42
    response = await client.get("/api/v1/health/jobs")
    health = response.json()
    assert response.status_code == 200
    assert (health["status"], health["job_id"]) == ("healthy", store.messages[0]["headers"]["id"])
    assert 0 <= health["enqueue_seconds"] <= health["total_seconds"]


@pytest.mark.parametrize("anyio_backend", [pytest.param(SKIPPING, id="skipping")])
async def test_a_health_job_that_nobody_runs_fails_within_the_deadline(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    response = await client.get("/api/v1/health/jobs")
    problem = response.json()
    assert response.status_code == 503
    assert problem["type"] == "urn:longshore:problem:health-job-failed"
    assert "no result within 60 s" in problem["detail"]
    assert problem["state"] == "queued"
    assert problem["job_id"] == store.messages[0]["headers"]["id"]


async def test_a_health_job_with_a_wrong_answer_fails(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    store.answers["system.add"] = 41
    response = await client.get("/api/v1/health/jobs")
    assert response.status_code == 503
    assert "without the right result" in response.json()["detail"]


async def test_a_health_job_without_a_broker_is_the_brokers_problem(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    store.error = BrokerUnavailable("away")
    response = await client.get("/api/v1/health/jobs")
    assert response.json()["type"] == "urn:longshore:problem:broker-unavailable"
