"""HEAD answers as GET does, without the body."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"


def paths(document: dict[str, Any], ids: dict[str, str]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        if "get" in operations and path != "/api/v1/health/jobs":
            yield path.format(**ids)


async def test_every_get_has_its_head(client: httpx.AsyncClient, picture: bytes) -> None:
    posted = await client.post(ADD, json={"a": 1, "b": 2})
    stored = await client.post("/api/v1/files", files={"file": ("a.png", picture)})
    ids = {
        "job_id": posted.json()["id"],
        "file_id": stored.json()["id"],
        "task": "system.add",
        "batch_id": "none",
        "size": "1x1",
        "width": "1",
        "height": "1",
    }
    await client.post(f"/api/v1/jobs/{ids['job_id']}/cancel")
    document = (await client.get("/openapi.json")).json()
    found = list(paths(document, ids))
    assert len(found) > 10
    for path in [*found, "/docs", "/nowhere"]:
        if "dead-letters" in path or "schedules" in path:
            continue
        get, head = await client.get(path), await client.head(path)
        assert (path, head.status_code, head.content) == (path, get.status_code, b"")
        assert set(head.headers) == set(get.headers)


async def test_a_file_tells_its_length(client: httpx.AsyncClient, picture: bytes) -> None:
    stored = await client.post("/api/v1/files", files={"file": ("a.png", picture)})
    head = await client.head(f"/api/v1/files/{stored.json()['id']}/content")
    assert head.headers["Content-Length"] == str(len(picture))


async def test_what_only_takes_a_post_has_none(client: httpx.AsyncClient) -> None:
    assert (await client.head(ADD)).status_code == 405


async def test_the_line_of_a_request_says_head_and_its_route(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "longshore.access")
    with capture_logs() as lines:
        await client.head("/api/v1/jobs/some-id")
    (line,) = (line for line in lines if line["event"] == "request")
    assert (line["method"], line["route"], line["status"]) == (
        "HEAD",
        "/api/v1/jobs/{job_id}",
        404,
    )


async def test_a_stream_ends_with_its_headers(client: httpx.AsyncClient) -> None:
    job_id = (await client.post(ADD, json={"a": 1, "b": 2})).json()["id"]
    head = await client.head(f"/api/v1/jobs/{job_id}/events")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"].startswith("text/event-stream")
