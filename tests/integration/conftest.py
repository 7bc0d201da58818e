"""A real Valkey for the whole run, empty for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from longshore.testing.server import ValkeyServer


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """One server for the run; ask for ``valkey`` unless you look after its data yourself."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def valkey(valkey_server: ValkeyServer) -> Iterator[ValkeyServer]:
    """The run's server, empty."""
    with valkey_server.client() as client:
        client.flushall()
    yield valkey_server
