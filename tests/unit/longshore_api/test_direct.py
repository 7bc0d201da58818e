"""Direct routes and the framework's own way must be told apart by their speed only."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.direct.body import is_json
from longshore_api.direct.route import DirectRoute
from longshore_api.direct.shortcut import Shortcut
from longshore_api.settings import ApiSettings

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
JSON = {"Content-Type": "application/json"}
NEW_EVERY_TIME = ("id", "enqueued_at", "due_at", "expires_at", "request_id")


def by_the_framework(settings: ApiSettings) -> FastAPI:
    """Return the same endpoints, served by FastAPI itself."""
    app = create_app(settings)
    direct = next(route for route in app.router.routes if isinstance(route, Shortcut))
    app.router.routes.clear()
    for route in direct.routes:
        app.add_api_route(route.path, route.endpoint, methods=["POST"], response_model=None)
    assert all(type(route) is APIRoute for route in app.router.routes)
    return app


@pytest.fixture
async def framework(settings: ApiSettings, open_app: Any) -> AsyncGenerator[httpx.AsyncClient]:
    async with open_app(settings, FakeStore(), make=by_the_framework) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            yield client


def told(response: httpx.Response) -> tuple[int, set[str], Any]:
    body = response.json()
    for name in NEW_EVERY_TIME:
        body.pop(name, None)
    for error in body.get("errors", ()):
        # Their words for a body that is not JSON differ.
        error.pop("message")
    body.pop("detail", None)
    return response.status_code, set(response.headers), body


@pytest.mark.parametrize("content", [b'{"a": 1, "b": 2}', b"", b"[]", b'{"a": "x"}', b"null"])
@pytest.mark.parametrize(
    "query",
    ["", "?priority=3", "?priority=12&x=1", "?priority=low", "?priority=urgent", "?delay_seconds="],
)
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}, {"Idempotency-Key": "x" * 256}])
async def test_both_ways_tell_the_same(
    client: httpx.AsyncClient,
    framework: httpx.AsyncClient,
    content: bytes,
    query: str,
    headers: dict[str, str],
) -> None:
    asked: dict[str, Any] = {"content": content, "headers": {**JSON, **headers}}
    answers = [await way.post(ADD + query, **asked) for way in (client, framework)]
    assert told(answers[0]) == told(answers[1])


async def test_a_body_may_come_in_pieces(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        for piece in (b'{"a": 1,', b"", b' "b": 2}'):
            yield piece

    assert (await client.post(ADD, content=pieces(), headers=JSON)).status_code == 202


async def test_a_body_that_is_not_announced_as_json_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post(ADD, content=b'{"a": 1, "b": 2}', headers={})
    assert response.status_code == 422
    assert "Content-Type" in response.json()["detail"]


async def test_every_fault_is_told_at_once(client: httpx.AsyncClient) -> None:
    response = await client.post(
        f"{ADD}?priority=10", json={"a": 1}, headers={"Idempotency-Key": "x" * 256}
    )
    places = [error["location"] for error in response.json()["errors"]]
    assert places == ["query", "header", "body"]


async def test_a_caller_who_leaves_is_no_error_of_ours(app: FastAPI) -> None:
    sent: list[Any] = []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": ADD,
        "query_string": b"",
        "headers": [],
        "root_path": "",
    }
    await app(scope, gone, send)
    assert sent[0]["status"] == 400


async def test_a_wrong_method_names_the_right_one(client: httpx.AsyncClient) -> None:
    response = await client.get(ADD)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


async def test_behind_a_prefix_the_routes_are_found_as_well(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app, root_path="/longshore")
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        response = await client.post(f"/longshore{ADD}", json={"a": 1, "b": 2})
    assert response.status_code == 202


async def test_each_direct_route_has_its_shortcut(app: FastAPI) -> None:
    first = app.router.routes[0]
    assert isinstance(first, Shortcut)
    assert all(isinstance(route, DirectRoute) for route in first.routes)
    assert ADD in {route.path for route in first.routes}


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (b"application/json", True),
        (b"Application/JSON; charset=utf-8", True),
        (b"application/merge-patch+json", True),
        (b"text/json", False),
        (b"application/x-www-form-urlencoded", False),
        (b"", False),
    ],
)
def test_json_is_told_by_its_media_type(content_type: bytes, expected: bool) -> None:
    assert is_json(content_type) is expected
