from __future__ import annotations

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

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
