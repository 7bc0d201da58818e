from __future__ import annotations

import asyncio
import socketserver
import threading
from collections.abc import Generator

import pytest

from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from longshore_api.settings import ApiSettings
from support.serve import Serve

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
FIELDS = {"a": 1, "b": 2}
DEADLINE_SECONDS = 0.5
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


class Silent(socketserver.ThreadingTCPServer):
    """A server that takes connections and never says a word; counts them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SilentHandler)
        self.connections, self.ended = 0, threading.Event()

    @property
    def url(self) -> str:
        return f"longshore://:hunter2@127.0.0.1:{self.server_address[1]}/0"


class SilentHandler(socketserver.BaseRequestHandler):
    server: Silent

    def handle(self) -> None:
        self.server.connections += 1
        self.server.ended.wait()


@pytest.fixture
def silent() -> Generator[Silent]:
    with Silent() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.ended.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def silent_server(silent: Silent) -> str:
    return silent.url


@pytest.fixture
def closed_port() -> str:
    return f"longshore://:hunter2@127.0.0.1:{free_port()}/0"


@pytest.fixture(params=["closed_port", "silent_server"])
def broken(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


async def test_every_request_is_answered(serve: Serve, broken: str) -> None:
    async with serve(broken, broker_deadline_seconds=DEADLINE_SECONDS) as client:
        answers = await asyncio.gather(
            *(client.request(method, path, json=FIELDS) for method, path in ASKS)
        )
    for answer in answers:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "hunter2" not in answer.text
        assert "127.0.0.1" not in answer.text


async def test_after_one_failure_the_next_fail_without_a_connection(
    serve: Serve, silent: Silent
) -> None:
    settings = {"broker_deadline_seconds": DEADLINE_SECONDS, "breaker_seconds": 60}
    async with serve(silent.url, **settings) as client:
        assert (await client.post(ADD, json=FIELDS)).status_code == 503
        connections = silent.connections
        assert connections > 0
        for method, path in ASKS:
            assert (await client.request(method, path, json=FIELDS)).status_code == 503
        assert silent.connections == connections


async def test_alive_is_answered_while_others_wait(serve: Serve, silent: Silent) -> None:
    async with serve(silent.url, broker_deadline_seconds=30) as client:
        waiting = asyncio.create_task(client.post(ADD, json=FIELDS))
        while not silent.connections:  # noqa: ASYNC110 - its thread has no event
            await asyncio.sleep(0)
        assert (await client.get("/livez")).status_code == 200
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait((waiting,))


async def test_files_need_no_broker(serve: Serve, closed_port: str) -> None:
    async with serve(closed_port) as client:
        file = {"file": ("boat.gif", b"GIF89a and so on", "image/gif")}
        uploaded = await client.post("/api/v1/files", files=file)
        assert uploaded.status_code == 201
        assert (await client.get(uploaded.json()["content_url"])).status_code == 200


async def test_a_post_that_failed_may_be_repeated_with_its_key(serve: Serve) -> None:
    key = {"Idempotency-Key": "again"}
    # What the answer promises is that its wait is enough; here it is none.
    with ValkeyServer() as valkey:
        async with serve(valkey.url, breaker_seconds=0) as client:
            valkey.pause()
            failed = await client.post(ADD, json=FIELDS, headers=key)
            assert failed.status_code == 503
            assert int(failed.headers["Retry-After"]) >= ApiSettings().breaker_seconds
            valkey.resume()
            assert (await client.post(ADD, json=FIELDS, headers=key)).status_code == 202
            assert valkey.ask("LLEN", "high") == "1"
