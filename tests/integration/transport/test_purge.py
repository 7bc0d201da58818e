"""Purge, as Celery's command line asks for it."""

from __future__ import annotations

import pytest
from kombu import Connection

from longshore.errors import NotAQueue
from longshore.testing.server import ValkeyServer
from support.everything import everything


def test_another_key_of_the_broker_is_no_queue(valkey: ValkeyServer) -> None:
    client = valkey.client()
    client.rpush("longshore:accepted", "a", "b")
    before = everything(client)
    with Connection(valkey.url) as connection, pytest.raises(NotAQueue):
        connection.default_channel.queue_purge("longshore:accepted")
    assert everything(client) == before
    client.close()


def test_the_messages_of_a_queue_are_dropped(valkey: ValkeyServer) -> None:
    with Connection(valkey.url) as connection, connection.SimpleQueue("shop") as queue:
        for number in range(3):
            queue.put(number)
        assert connection.default_channel.queue_purge("shop") == 3
