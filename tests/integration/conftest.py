"""A real Valkey for the tests that need one."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from longshore.testing.server import ValkeyServer


@pytest.fixture(scope="session")
def valkey_server() -> Generator[ValkeyServer]:
    """One server for the whole run; a test that kills or pauses it starts one of its own."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def valkey(valkey_server: ValkeyServer) -> ValkeyServer:
    """The server, empty."""
    valkey_server.flush()
    return valkey_server
