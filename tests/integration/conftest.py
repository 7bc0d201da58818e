"""A real Valkey for the tests that need one."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from kombu import pools

from longshore.testing.clock import Clock
from longshore.testing.server import ValkeyServer
from longshore.transport.keeper import KEEPERS
from support import postgres


@pytest.fixture(scope="session")
def valkey_server() -> Generator[ValkeyServer]:
    """One server for the whole run; a test that kills or pauses it starts one of its own."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture
def valkey(valkey_server: ValkeyServer) -> Generator[ValkeyServer]:
    """The server, empty. What consumes in this process does no upkeep after the test."""
    valkey_server.flush()
    yield valkey_server
    KEEPERS.stop_all()
    close_pooled(valkey_server)


def close_pooled(server: ValkeyServer) -> None:
    """Close what kombu's pools hold of this shared server: a test may have had it cut."""
    for group in (pools.connections, pools.producers):
        for key, pool in list(dict.items(group)):
            if f":{server.port}/" in getattr(pool, "connections", pool).connection.as_uri():
                dict.pop(group, key).force_close_all()


@pytest.fixture
def clock(valkey: ValkeyServer) -> Clock:
    """Moves the time of that server forward."""
    return Clock(valkey)


@pytest.fixture(scope="session")
def postgresql_server() -> Generator[str]:
    """The URL of a PostgreSQL for the whole run."""
    if not postgres.available():
        pytest.skip(postgres.WITHOUT)
    with postgres.running() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[str]:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'database.sqlite3'}"
        return
    with postgres.database(request.getfixturevalue("postgresql_server")) as url:
        yield url
