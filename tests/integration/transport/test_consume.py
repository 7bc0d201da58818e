"""Consuming with kombu itself, without a worker: as its users know it."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from kombu import Connection, Consumer, Exchange, Producer, Queue
from kombu.exceptions import OperationalError

from longshore.errors import BrokerRefused
from longshore.testing.server import ValkeyServer

QUEUE = Queue("letters")


@pytest.fixture
def connection(valkey: ValkeyServer) -> Generator[Connection]:
    with Connection(valkey.url) as connection:
        yield connection


def test_one_event_is_one_message(connection):
    received = []

    def keep(body, message):
        received.append(body)
        message.ack()

    for letter in "abc":
        Producer(connection).publish(letter, routing_key=QUEUE.name, declare=[QUEUE])
    with Consumer(connection, [QUEUE], callbacks=[keep]):
        for seen in (["a"], ["a", "b"], ["a", "b", "c"]):
            connection.drain_events(timeout=5)
            assert received == seen


def test_a_broadcast_is_heard_from_the_consume_on(connection, valkey):
    received = []
    news = [Exchange(name, "fanout") for name in ("first", "second")]
    queues = [Queue(f"{exchange.name}.here", exchange) for exchange in news]

    def keep(body, message):
        received.append(body)
        message.ack()

    with Consumer(connection, queues, callbacks=[keep]), Connection(valkey.url) as other:
        for exchange in news:
            Producer(other).publish(exchange.name, exchange=exchange, declare=[exchange])
        while len(received) < len(news):
            connection.drain_events(timeout=5)
    assert sorted(received) == ["first", "second"]


def test_a_login_that_is_refused_says_so(valkey):
    url = valkey.url.replace("://", "://nobody:hunter2@")
    with Connection(url) as connection, pytest.raises(OperationalError) as refused:
        connection.connect()
    assert isinstance(refused.value, BrokerRefused)
    assert "refused the login" in str(refused.value)
    assert "hunter2" not in str(refused.value)
