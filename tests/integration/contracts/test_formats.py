"""What lies in Redis is what stock kombu and Celery write, field by field."""

from __future__ import annotations

import base64
import json

import pytest

from longshore.envelope import NewJob, encode
from longshore.store import jobs
from longshore.store.claims import Source, claim

OWN = {"origin", "argsrepr", "kwargsrepr"}


def written_by_stock(shop, client, **options):
    shop.module.add.apply_async(kwargs={"a": 1, "b": 2}, task_id="job-1", **options)
    (raw,) = client.lrange("celery", 0, -1)
    return json.loads(raw)


def written_here(**fields):
    job = NewJob(task="shop.add", id="job-1", kwargs={"a": 1, "b": 2}, queue="celery", **fields)
    return json.loads(encode(job).raw)


def shape(value):
    """The types of a document's values; ``None`` is told apart from what is there."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value).__name__


def test_the_envelope_is_the_one_that_stock_kombu_writes(stock, client):
    theirs, mine = written_by_stock(stock, client), written_here()
    assert set(mine) == set(theirs)
    assert mine["content-type"] == theirs["content-type"]
    assert mine["content-encoding"] == theirs["content-encoding"]


def test_the_headers_are_the_ones_that_stock_celery_writes(stock, client):
    theirs, mine = written_by_stock(stock, client)["headers"], written_here()["headers"]
    assert set(mine) == set(theirs)
    differing = {name for name in mine if mine[name] != theirs[name]}
    assert differing <= OWN


def test_the_properties_are_the_ones_that_stock_kombu_writes(stock, client):
    theirs, mine = written_by_stock(stock, client)["properties"], written_here()["properties"]
    assert set(mine) == set(theirs)
    differing = {name for name in mine if mine[name] != theirs[name]}
    assert differing <= {"delivery_tag", "reply_to"}
    assert shape(mine) == shape(theirs)


def test_the_body_is_the_one_that_stock_celery_writes(stock, client):
    theirs, mine = written_by_stock(stock, client), written_here()
    assert base64.b64decode(mine["body"]) == base64.b64decode(theirs["body"])


def test_an_expiry_is_written_alike(stock, client):
    theirs = written_by_stock(stock, client, expires=60)["headers"]["expires"]
    mine = written_here(expires_in_seconds=60)["headers"]["expires"]
    assert mine[:16] == theirs[:16] or abs(len(mine) - len(theirs)) <= 7


@pytest.mark.parametrize("priority", [0, 3, 9])
def test_a_job_lies_where_stock_kombu_would_put_it(stock, store, client, priority):
    stock.app.send_task("shop.add", queue="theirs", priority=priority)
    store.run(
        jobs.enqueue(NewJob(task="shop.add", id="1", kwargs={}, queue="mine", priority=priority))
    )
    theirs = [name.removeprefix(b"theirs") for name in client.keys("theirs*")]
    mine = [name.removeprefix(b"mine") for name in client.keys("mine*")]
    assert mine == theirs


def test_a_claimed_job_is_in_kombus_hash_of_unacknowledged_messages(store, client):
    store.run(jobs.enqueue(NewJob(task="shop.add", id="1", kwargs={}, queue="q")))
    store.run(claim([Source("q", "q")], owner="me", worker="me", limit=1))
    ((tag, value),) = client.hgetall("unacked").items()
    message, exchange, routing_key = json.loads(value)
    assert message["properties"]["delivery_tag"] == tag.decode()
    assert (exchange, routing_key) == ("", "q")
    assert client.zrange("unacked_index", 0, -1) == [tag]
