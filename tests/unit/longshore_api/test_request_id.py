from __future__ import annotations

import logging

import httpx
import pytest
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from longshore.current import request_id

pytestmark = pytest.mark.anyio


async def test_the_callers_id_is_kept(client: httpx.AsyncClient) -> None:
    response = await client.get("/livez", headers={"X-Request-ID": "a1:b2.c_3-d"})
    assert response.headers["X-Request-ID"] == "a1:b2.c_3-d"


@pytest.mark.parametrize("given", ["", "x" * 129, "two words", "a\tb", "<script>", "-x"])
async def test_an_id_that_is_not_plain_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    response = await client.get("/livez", headers={"X-Request-ID": given})
    assert response.headers["X-Request-ID"] != given
    assert len(response.headers["X-Request-ID"]) == 32


async def test_two_requests_have_two_ids(client: httpx.AsyncClient) -> None:
    ids = {(await client.get("/livez")).headers["X-Request-ID"] for _ in range(2)}
    assert len(ids) == 2


async def test_nothing_of_a_request_outlives_it(client: httpx.AsyncClient) -> None:
    await client.get("/livez", headers={"X-Request-ID": "gone"})
    assert request_id.get() is None
    assert get_contextvars() == {}


async def test_each_request_is_one_line_with_its_route_template(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "longshore.access")
    with capture_logs() as lines:
        await client.get("/api/v1/jobs/some-id")
    line = next(line for line in lines if line["event"] == "request")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/jobs/{job_id}", 404)
    assert line["duration_seconds"] >= 0


async def test_probes_are_quiet_until_they_fail(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "longshore.access")
    with capture_logs() as lines:
        await client.get("/livez")
    assert [line["log_level"] for line in lines if line["event"] == "request"] == ["debug"]


async def test_a_line_that_nobody_wants_is_not_made(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "longshore.access")
    with capture_logs() as lines:
        await client.get("/api/v1/jobs/some-id")
    assert [line for line in lines if line["event"] == "request"] == []
