"""Purge, as Celery's command line asks for it."""

from __future__ import annotations

import pytest
from kombu import Connection

from longshore.envelope import NewJob
from longshore.errors import NotAQueue
from longshore.store import Store, jobs
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


def test_what_is_delayed_is_dropped_too_as_on_celerys_own_brokers(valkey: ValkeyServer) -> None:
    waits = NewJob(task="t", id="a", kwargs={}, queue="shop")
    delayed = NewJob(task="t", id="b", kwargs={}, queue="shop", delay_seconds=3600)
    with Store.from_url(valkey.url) as store, Connection(valkey.url) as connection:
        for new in (waits, delayed):
            store.run(jobs.enqueue(new))
        assert connection.default_channel.queue_purge("shop") == 2
        assert [store.run(jobs.get(one)).state for one in "ab"] == ["cancelled"] * 2
