"""An address or headers that are too large are refused with one clear answer, and never logged."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from longshore.testing.fake_store import FakeStore
from longshore_api.middleware.access import MOST_PATH
from longshore_api.middleware.head_limit import MOST_HEADER_BYTES, MOST_HEADERS

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
LONG = "x" * MOST_PATH


@pytest.mark.parametrize("path", [f"/api/v1/jobs/{LONG}", f"/{LONG}", f"/api/v1/jobs?task={LONG}"])
async def test_a_long_address_is_refused_and_cut_where_it_is_written(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.INFO, "longshore.access")
    with capture_logs() as lines:
        response = await client.get(path)
    assert response.status_code == 414
    assert response.json()["type"] == "urn:longshore:problem:address-too-long"
    assert len(response.json()["instance"]) <= MOST_PATH
    (line,) = (line for line in lines if line["event"] == "request")
    assert len(line["path"]) <= MOST_PATH


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Large": "x" * MOST_HEADER_BYTES},
        {"Authorization": f"Bearer {'x' * MOST_HEADER_BYTES}"},
        {f"X-{number}": "x" for number in range(MOST_HEADERS + 1)},
    ],
)
async def test_large_headers_are_refused_on_every_road(
    client: httpx.AsyncClient, store: FakeStore, headers: dict[str, str]
) -> None:
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/api/v1/jobs", {}),
        ("POST", ADD, {"json": {"a": 1, "b": 2}}),
    ]
    for method, path, more in calls:
        response = await client.request(method, path, headers=headers, **more)
        assert response.status_code == 431
        assert response.json()["type"] == "urn:longshore:problem:headers-too-large"
    assert store.messages == []


async def test_an_address_of_the_most_bytes_is_taken(client: httpx.AsyncClient) -> None:
    path = "/api/v1/jobs/"
    response = await client.get(path + "x" * (MOST_PATH - len(path)))
    assert response.json()["type"] == "urn:longshore:problem:unknown-job"


@pytest.mark.parametrize("name", ["Idempotency-Key", "Authorization", "Content-Type"])
async def test_a_header_with_one_value_is_given_once(
    client: httpx.AsyncClient, store: FakeStore, name: str
) -> None:
    headers = [("Content-Type", "application/json"), (name, "one"), (name, "two")]
    response = await client.post(ADD, content=b'{"a": 1, "b": 2}', headers=headers)
    assert response.status_code == 400
    assert response.json()["detail"] == f"send the header {name} once"
    assert store.messages == []
