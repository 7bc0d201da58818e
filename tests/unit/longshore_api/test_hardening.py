from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.anyio

PATHS = ("/livez", "/nowhere", "/api/v1/jobs", "/api/v1/jobs/nowhere", "/docs", "/openapi.json")


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_is_hardened(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Server" not in headers


async def test_data_loads_and_runs_nothing(client: httpx.AsyncClient) -> None:
    policy = (await client.get("/api/v1/jobs")).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
