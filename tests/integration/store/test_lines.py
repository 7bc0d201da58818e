"""A store's connections: one call each at a time, however calls end."""

from __future__ import annotations

import os
import threading

import pytest
import redis

from longshore.store.connecting import open_client
from longshore.store.lines import Lines
from longshore.store.settings import StoreSettings
from support.until import until


def ids(client) -> set[str]:
    return {row["id"] for row in client.client_list()}


@pytest.fixture
def client(valkey):
    with open_client(valkey.url, StoreSettings()) as client:
        yield client


@pytest.fixture
def connected(client):
    """How many connections there are that there were not before."""
    before = ids(client)
    return lambda: len(ids(client) - before)


@pytest.fixture
def lines(client):
    lines = Lines(client.connection_pool, 2)
    yield lines
    lines.close()


def test_calls_in_turn_share_one_connection(connected, lines):
    assert [lines.call("ECHO", word) for word in ("a", b"b", 3)] == [b"a", b"b", b"3"]
    assert connected() == 1


def test_a_refusal_keeps_the_connection(connected, lines):
    with pytest.raises(redis.ResponseError):
        lines.call("HGET")
    assert lines.call("ECHO", "a") == b"a"
    assert connected() == 1


def test_an_answer_that_came_too_late_is_never_another_calls(lines, valkey):
    with open_client(valkey.url, StoreSettings(deadline_seconds=0.4)) as hasty:
        impatient = Lines(hasty.connection_pool, 2)
        assert impatient.call("ECHO", "a") == b"a"
        with pytest.raises(redis.TimeoutError):
            impatient.call("BLPOP", "bell", "1")
        lines.call("RPUSH", "bell", "late")
        assert impatient.call("ECHO", "b") == b"b"
        impatient.close()


def test_no_more_than_the_limit_are_in_use(lines, client):
    blocked = threading.Thread(target=lines.call, args=("BLPOP", "bell", "5"))
    blocked.start()
    other = threading.Thread(target=lines.call, args=("BLPOP", "bell", "5"))
    other.start()
    until(lambda: client.info("clients")["blocked_clients"] == 2)
    with pytest.raises(redis.ConnectionError, match="in use"):
        lines.call("ECHO", "a")
    client.rpush("bell", "1", "2")
    blocked.join()
    other.join()
    assert lines.call("ECHO", "a") == b"a"


def test_a_forked_child_has_connections_of_its_own(lines, client):
    lines.call("ECHO", "a")
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, lines.call("ECHO", "."))
        os._exit(0)
    assert os.read(reader, 1) == b"."
    os.waitpid(pid, 0)
    os.close(reader)
    os.close(writer)
    assert lines.call("ECHO", "a") == b"a"


def test_a_connection_that_the_server_closed_is_opened_again(client):
    lines = Lines(client.connection_pool, 2, unwatched_seconds=0.0)
    lines.call("ECHO", "a")
    client.client_kill_filter(_type="normal", skipme=True)
    assert lines.call("ECHO", "b") == b"b"
    lines.close()
