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
from support.until import until

ADD = "/api/v1/tasks/system.add/jobs"
DESCRIPTORS, CALLERS = 96, 120
#: Each request has a connection of its own.
ANEW = {"Connection": "close"}


@pytest.fixture
def services(valkey: ValkeyServer, tmp_path: Path) -> Generator[Services]:
    services = Services(tmp_path, valkey.url, {})
    yield services
    services.close()


def test_callers_who_never_end_their_headers_keep_nobody_else_out(services: Services) -> None:
    client = services.api()
    url = httpx.URL(client.base_url)
    process = services.process("api")
    # 0, which would be this process itself, until the fork is known here.
    until(lambda: process.pid > 0, 30)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    with ExitStack() as stack:
        for _ in range(CALLERS):
            slow = stack.enter_context(socket.create_connection((url.host, url.port or 80), 30))
            slow.sendall(b"POST / HTTP/1.1\r\nHost: api\r\n")
        for _ in range(3):
            assert client.get("/livez", headers=ANEW).status_code == 200
            assert client.post(ADD, json={"a": 1, "b": 2}, headers=ANEW).status_code == 202
    assert "Too many open files" not in services.log("api")
