"""Many connections that say nothing, and a process with few descriptors."""

from __future__ import annotations

import resource
import socket
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from longshore.testing.server import ValkeyServer
from support.services import Services

ADD = "/api/v1/tasks/system.add/jobs"
DESCRIPTORS, CALLERS = 96, 200


@pytest.fixture
def services(valkey: ValkeyServer, tmp_path: Path) -> Generator[Services]:
    services = Services(tmp_path, valkey.url, {})
    yield services
    services.close()


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: x\r\n"])
def test_callers_who_never_end_their_headers_keep_nobody_else_out(
    services: Services, begin: bytes
) -> None:
    client = services.api()
    url = httpx.URL(client.base_url)
    resource.prlimit(services.process("api").pid, resource.RLIMIT_NOFILE, (DESCRIPTORS,) * 2)
    with ExitStack() as stack:
        for _ in range(CALLERS):
            slow = stack.enter_context(socket.create_connection((url.host, url.port or 80), 30))
            slow.sendall(begin)
        for _ in range(20):
            with httpx.Client(base_url=url, trust_env=False, timeout=30) as other:
                assert other.get("/livez").status_code == 200
                assert other.post(ADD, json={"a": 1, "b": 2}).status_code == 202
    assert "Too many open files" not in services.log("api")
