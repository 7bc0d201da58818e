"""A worker's main loop fails fast while the heartbeat thread finds its broker silent."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from kombu import Connection

from longshore.testing.server import ValkeyServer
from longshore.transport.book import BOOK
from longshore.transport.keeper import KEEPERS
from support.until import until

OPTIONS = {"lease_seconds": 1.0, "deadline_seconds": 0.5}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Generator[ValkeyServer]:
    """A server to be paused by what counts as a worker."""
    monkeypatch.setattr(BOOK, "kept_by_worker", True)
    with ValkeyServer() as server:
        yield server
        KEEPERS.stop_all()


def test_a_silent_broker_is_not_asked_until_it_answers_again(server: ValkeyServer) -> None:
    with Connection(server.url, transport_options=OPTIONS) as connection:
        channel = connection.channel()
        KEEPERS.keep(channel.place, channel.store)
        server.pause()
        until(lambda: KEEPERS.is_silent(channel.place))
        with pytest.raises(ConnectionError, match="did not answer a moment ago"):
            channel.queue_declare("letters")
        with pytest.raises(ConnectionError, match="did not answer a moment ago"):
            connection.transport.create_channel(connection.connection)
        server.resume()
        until(lambda: not KEEPERS.is_silent(channel.place))
        channel.queue_declare("letters")
