from __future__ import annotations

import asyncio
import socket
from collections.abc import Generator

import pytest

from longshore.store import StoreSettings
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.serve import Serve
from support.stopwatch import Stopwatch

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
FIELDS = {"a": 1, "b": 2}
ASKS = [
    ("POST", ADD),
    ("GET", "/api/v1/jobs/some-id"),
    ("GET", "/api/v1/jobs/some-id/result"),
    ("POST", "/api/v1/jobs/some-id/cancel"),
    ("GET", "/api/v1/jobs"),
    ("GET", "/api/v1/queues"),
    ("GET", "/api/v1/tasks/system.add/stats"),
    ("GET", "/api/v1/health/jobs"),
    ("GET", "/readyz"),
]


@pytest.fixture
def closed_port() -> str:
    return f"longshore://:hunter2@127.0.0.1:{free_port()}/0"


@pytest.fixture
def hung_socket() -> Generator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"longshore://:hunter2@127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.fixture(params=["closed_port", "hung_socket"])
def broken(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.mark.alone
async def test_every_question_is_answered_in_time(serve: Serve, broken: str) -> None:
    async with serve(broken) as client:
        with Stopwatch() as watch:
            answers = await asyncio.gather(
                *(client.request(method, path, json=FIELDS) for method, path in ASKS)
            )
        assert watch.seconds <= 2.0
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "hunter2" not in answer.text
        assert "127.0.0.1" not in answer.text


@pytest.mark.alone
async def test_after_one_failure_the_next_fail_at_once(serve: Serve, broken: str) -> None:
    async with serve(broken) as client:
        await client.post(ADD, json=FIELDS)
        with Stopwatch() as watch:
            assert (await client.post(ADD, json=FIELDS)).status_code == 503
        assert watch.seconds < StoreSettings().answer_seconds / 3


@pytest.mark.alone
async def test_alive_is_answered_at_once_while_others_wait(serve: Serve, hung_socket: str) -> None:
    async with serve(hung_socket) as client:
        waiting = asyncio.create_task(client.post(ADD, json=FIELDS))
        await asyncio.sleep(0)
        with Stopwatch() as watch:
            assert (await client.get("/livez")).status_code == 200
        assert not waiting.done()
        assert watch.seconds < StoreSettings().answer_seconds / 3
        assert (await waiting).status_code == 503


async def test_files_need_no_broker(serve: Serve, closed_port: str) -> None:
    async with serve(closed_port) as client:
        file = {"file": ("boat.gif", b"GIF89a and so on", "image/gif")}
        uploaded = await client.post("/api/v1/files", files=file)
        assert uploaded.status_code == 201
        assert (await client.get(uploaded.json()["content_url"])).status_code == 200


async def test_a_post_that_failed_may_be_repeated_with_its_key(serve: Serve) -> None:
    key = {"Idempotency-Key": "again"}
    with ValkeyServer() as valkey:
        async with serve(valkey.url) as client:
            valkey.pause()
            failed = await client.post(ADD, json=FIELDS, headers=key)
            assert failed.status_code == 503
            valkey.resume()
            # What the answer promises is that this wait is enough.
            await asyncio.sleep(int(failed.headers["Retry-After"]))
            assert (await client.post(ADD, json=FIELDS, headers=key)).status_code == 202
            assert valkey.ask("LLEN", "high") == "1"
