"""A body that does not arrive is not waited for without end."""

from __future__ import annotations

import asyncio
import errno
from typing import Any

import httpx
import pytest

from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.middleware.body_limit import BodyLimitMiddleware
from longshore_api.settings import ApiSettings

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"


async def answer(app: Any, path: str, content_type: str) -> list[Any]:
    """What the app says to a caller who sends the beginning of a body and no more."""
    sent: list[Any] = []
    begin = b"--x\r\n" if "multipart" in content_type else b"{"
    begun = iter([{"type": "http.request", "body": begin, "more_body": True}])

    async def receive() -> dict[str, Any]:
        for message in begun:
            return message
        await asyncio.Event().wait()
        raise AssertionError("nothing more comes")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"content-type", content_type.encode())],
        "root_path": "",
    }
    await app(scope, receive, send)
    return sent


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        (ADD, "application/json"),
        ("/api/v1/dead-letters/replay", "application/json"),
        ("/api/v1/dead-letters/import", "application/x-ndjson"),
        ("/api/v1/files", "multipart/form-data; boundary=x"),
    ],
)
async def test_a_body_that_stops_is_answered(
    settings: ApiSettings, store: FakeStore, path: str, content_type: str
) -> None:
    app = create_app(settings, store=store)
    for middleware in app.user_middleware:
        if middleware.cls is BodyLimitMiddleware:
            middleware.kwargs["seconds"] = 0.01
    start = (await answer(app, path, content_type))[0]
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert store.messages == []


async def test_a_stream_is_not_cut_though_nothing_more_comes(
    settings: ApiSettings, store: FakeStore
) -> None:
    app = create_app(settings, store=store)
    for middleware in app.user_middleware:
        if middleware.cls is BodyLimitMiddleware:
            middleware.kwargs["seconds"] = 0.0
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        posted = await client.post(ADD, json={"a": 1, "b": 2})
        job_id = posted.json()["id"]
        await client.post(f"/api/v1/jobs/{job_id}/cancel")
        events = await client.get(f"/api/v1/jobs/{job_id}/events")
    assert "event: end" in events.text


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC])
async def test_what_is_used_up_is_no_fault_of_the_api(
    client: httpx.AsyncClient, store: FakeStore, number: int
) -> None:
    store.error = OSError(number, "used up")
    response = await client.post(ADD, json={"a": 1, "b": 2})
    assert response.status_code == 503
    assert response.json()["type"] == "urn:longshore:problem:overloaded"
    assert int(response.headers["Retry-After"]) > 0
