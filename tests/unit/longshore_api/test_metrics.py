from __future__ import annotations

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from longshore.errors import BrokerUnavailable
from longshore.metrics.catalog import METRICS
from longshore.metrics.metric import Service
from longshore.testing.fake_store import FakeStore

pytestmark = pytest.mark.anyio


async def test_requests_are_counted_by_route_template(client: httpx.AsyncClient) -> None:
    for number in range(3):
        await client.get(f"/api/v1/jobs/{number}")
    page = (await client.get("/metrics")).text
    families = {family.name: family for family in plain(page)}
    counted = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for sample in families["longshore_http_requests"].samples
        if sample.name.endswith("_total")
    }
    assert counted == {("/api/v1/jobs/{job_id}", "404"): 3.0}
    assert "longshore_http_request_duration_seconds" in families


async def test_a_scraper_may_ask_for_openmetrics(client: httpx.AsyncClient) -> None:
    accept = "application/openmetrics-text; version=1.0.0"
    response = await client.get("/metrics", headers={"Accept": accept})
    assert response.headers["Content-Type"].startswith("application/openmetrics-text")
    names = {family.name for family in openmetrics(response.text)}
    assert "longshore_http_requests_in_progress" in names


async def test_unknown_paths_and_methods_do_not_multiply_the_series(
    client: httpx.AsyncClient,
) -> None:
    for number in range(3):
        await client.request(f"BREW{number}", f"/nowhere/{number}")
    page = (await client.get("/metrics")).text
    assert 'longshore_http_requests_total{method="OTHER",route="(none)",status="404"} 3.0' in page
    assert "BREW" not in page


async def test_enqueuing_is_counted(client: httpx.AsyncClient, store: FakeStore) -> None:
    await client.post("/api/v1/tasks/system.add/jobs", json={"a": 1, "b": 2})
    store.error = BrokerUnavailable("away")
    await client.post("/api/v1/tasks/system.add/jobs", json={"a": 1, "b": 2})
    page = (await client.get("/metrics")).text
    assert "longshore_enqueue_batch_size_count 2.0" in page
    assert 'longshore_enqueue_failures_total{reason="unavailable"} 1.0' in page


async def test_every_metric_of_the_api_is_in_the_catalogue(client: httpx.AsyncClient) -> None:
    page = (await client.get("/metrics")).text
    own = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in plain(page)
        if family.name.startswith("longshore_") and not family.name.endswith("_created")
    }
    told = {metric.name for metric in METRICS if Service.API in metric.served_by}
    assert own == told
