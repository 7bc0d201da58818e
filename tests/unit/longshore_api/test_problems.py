from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs

from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings

pytestmark = pytest.mark.anyio

SECRET = "redis://:hunter2@10.0.0.1"


async def test_an_unknown_path_is_a_problem(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["title"]) == (404, "Not Found")
    assert problem["instance"] == "/nowhere"
    assert problem["request_id"] == response.headers["X-Request-ID"]


async def test_a_wrong_method_is_a_problem_that_names_the_right_one(
    client: httpx.AsyncClient,
) -> None:
    response = await client.delete("/api/v1/queues")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET"
    assert response.json()["type"] == "urn:longshore:problem:method-not-allowed"


async def test_what_nobody_foresaw_is_a_problem_without_a_word_of_it(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    store.error = RuntimeError(SECRET)
    with capture_logs() as lines:
        response = await client.get("/api/v1/queues")
    assert response.status_code == 500
    assert response.json()["type"] == "urn:longshore:problem:internal-error"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert "hunter2" not in response.text
    crashed = next(line for line in lines if line["event"] == "request_crashed")
    assert crashed["exc_info"] is store.error


async def test_an_error_after_the_answer_began_breaks_the_connection(
    settings: ApiSettings, store: FakeStore
) -> None:
    app = create_app(settings, store=store)

    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError(SECRET)

    @app.get("/broken")
    async def endpoint() -> object:
        from starlette.responses import StreamingResponse  # noqa: PLC0415

        return StreamingResponse(broken())

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        with pytest.raises(RuntimeError):
            await client.get("http://api.test/broken")
    await app.state.resources.aclose()


async def test_a_body_above_the_limit_is_refused_by_its_length(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/tasks/system.echo/jobs", json={"text": "x" * 5000})
    assert response.status_code == 413
    assert "4096" in response.json()["detail"]


async def test_a_body_without_a_length_is_refused_while_it_is_read(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b'{"text":' + b" " * 1000

    response = await client.post(
        "/api/v1/tasks/system.echo/jobs",
        content=endless(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert response.json()["type"] == "urn:longshore:problem:too-large"
    assert read < 10
    assert store.messages == []
