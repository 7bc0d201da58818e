"""Calls that are answered later: nothing is lost by a connection, a script or a server."""

from __future__ import annotations

import socket

import pytest

from longshore.errors import BrokerUnavailable
from longshore.store import Store, StoreSettings, jobs
from longshore.store.claims import Source, claim
from longshore.store.connection import ping
from longshore.store.exchange import Exchange
from longshore.testing.ports import free_port


@pytest.fixture
def exchange(store):
    exchange = Exchange(store)
    yield exchange
    exchange.close()


def test_calls_are_answered_in_the_order_in_which_they_were_sent(exchange, enqueue):
    job_id = enqueue(id="job-é")
    sources = [Source("q", "q")]
    exchange.send(ping(), claim(sources, owner="w1", worker="w1", limit=1))
    clock, (delivery,) = exchange.answers()
    assert clock > 0
    assert (delivery.claim.job_id, delivery.queue) == (job_id, "q")


def test_a_server_that_does_not_know_the_scripts_is_sent_them(exchange, client, enqueue):
    job_id = enqueue()
    client.script_flush()
    exchange.send(jobs.get(job_id), ping())
    record, _ = exchange.answers()
    assert record.id == job_id


@pytest.mark.parametrize("when", ["before the call", "before the answer"])
def test_a_lost_connection_is_made_anew(exchange, client, when):
    exchange.send(ping())
    exchange.answers()
    if when == "before the call":
        client.client_kill_filter(_type="normal", skipme=True)
    exchange.send(ping())
    if when == "before the answer":
        exchange._connection._sock.shutdown(2)
    assert exchange.answers()[0] > 0
    exchange.send(ping())
    assert exchange.answers()[0] > 0


@pytest.fixture
def bystander():
    """A descriptor that nothing can be read from, and one that makes it readable."""
    woken, waker = socket.socketpair()
    with woken, waker:
        yield woken, waker


def test_a_claim_waits_on_the_server_for_the_bell(exchange, enqueue, bystander):
    woken, _ = bystander
    call = claim([Source("q", "q")], owner="w1", worker="w1", limit=1)
    exchange.send_after_bell(call, ["q"], 30.0)
    job_id = enqueue()
    assert exchange.is_answered(woken.fileno(), 10.0)
    ((delivery,),) = exchange.answers()
    assert delivery.claim.job_id == job_id


def test_a_claim_for_which_no_bell_rings_is_made_in_the_end(exchange, bystander):
    woken, _ = bystander
    call = claim([Source("q", "q")], owner="w1", worker="w1", limit=1)
    exchange.send_after_bell(call, ["q"], 0.1)
    assert exchange.is_answered(woken.fileno(), 10.0)
    assert exchange.answers() == [[]]


def test_whoever_waits_can_be_called_and_waits_on(exchange, enqueue, bystander):
    woken, waker = bystander
    call = claim([Source("q", "q")], owner="w1", worker="w1", limit=1)
    exchange.send_after_bell(call, ["q"], 30.0)
    waker.send(b"x")
    assert not exchange.is_answered(woken.fileno(), 10.0)
    woken.recv(1)
    enqueue()
    assert exchange.is_answered(woken.fileno(), 10.0)
    assert len(exchange.answers()[0]) == 1


def test_a_connection_on_which_nothing_comes_counts_as_lost(exchange, enqueue, bystander):
    woken, _ = bystander
    call = claim([Source("q", "q")], owner="w1", worker="w1", limit=1)
    exchange.send_after_bell(call, ["q"], 30.0)
    assert exchange.is_answered(woken.fileno(), 0.05)
    enqueue()
    assert len(exchange.answers()[0]) == 1


def test_a_server_that_is_away_is_said_to_be():
    url = f"longshore://127.0.0.1:{free_port()}/0"
    with Store.from_url(url, StoreSettings(deadline_seconds=0.5)) as store:
        exchange = Exchange(store)
        exchange.send(ping())
        with pytest.raises(BrokerUnavailable, match="did not answer ping"):
            exchange.answers()
