"""Handing jobs over under a lease."""

from __future__ import annotations

import json

import pytest

from longshore.envelope import encode
from longshore.errors import UnknownJob
from longshore.records import DeadReason, JobState
from longshore.store import jobs
from longshore.store.claims import Source, claim
from support.places import places


def ids(deliveries):
    return [delivery.claim.job_id for delivery in deliveries]


def test_a_claim_moves_a_job_under_a_lease(store, client, enqueue, take):
    job_id = enqueue()
    (delivery,) = take()
    assert places(client, job_id) == ["claimed"]
    assert (delivery.claim.attempt, delivery.claim.delivery) == (1, 1)
    record = store.run(jobs.get(job_id))
    assert (record.state, record.worker, record.deliveries) == (JobState.RUNNING, "w1@host", 1)


def test_first_in_first_out(enqueue, take):
    enqueued = [enqueue() for _ in range(5)]
    assert ids(take(limit=9)) == enqueued


def test_lower_priority_numbers_first(enqueue, take):
    late, middle, first = enqueue(priority=9), enqueue(priority=3), enqueue(priority=0)
    assert ids(take(limit=9)) == [first, middle, late]


def test_no_more_than_asked_for(client, enqueue, take):
    enqueued = [enqueue() for _ in range(5)]
    assert ids(take(limit=2)) == enqueued[:2]
    assert client.llen("q") == 3


def test_two_owners_never_get_the_same_job(enqueue, take):
    enqueued = [enqueue() for _ in range(10)]
    taken = [job_id for owner in ("w1", "w2") * 5 for job_id in ids(take(owner, limit=1))]
    assert sorted(taken) == sorted(enqueued)


def test_an_empty_queue_gives_nothing(take):
    assert take() == []


def test_a_claim_is_what_kombu_would_have_written(client, enqueue, take):
    enqueue()
    (delivery,) = take()
    message, exchange, routing_key = json.loads(client.hget("unacked", delivery.claim.tag))
    assert (exchange, routing_key) == ("", "q")
    assert message == json.loads(delivery.raw)
    assert client.zscore("unacked_index", delivery.claim.tag) is not None


def test_a_message_that_was_tried_elsewhere_goes_on_counting(enqueue, take):
    enqueue(headers={"retries": 2})
    assert take()[0].claim.attempt == 3


def test_a_message_with_its_names_in_an_unusual_order_is_read_whole(store, client, new_job, take):
    post = encode(new_job(headers={"note": {"id": "another"}}))
    store.run(jobs.post(post))
    message = json.loads(client.rpop("q"))
    client.lpush("q", json.dumps({name: message[name] for name in reversed(message)}))
    assert ids(take()) == [post.job_id]


def test_what_only_looks_like_a_message_is_kept_as_unreadable(store, client, enqueue, take):
    client.lpush("q", '{"id": "job-7", nonsense, "delivery_tag": "tag-7"}}')
    wanted = enqueue()
    assert ids(take(limit=9)) == [wanted]
    (buried,) = store.run(jobs.search(state=JobState.DEAD)).records
    assert buried.dead_reason is DeadReason.UNDECODABLE


def test_a_cancelled_job_is_skipped(store, client, enqueue, take):
    cancelled, wanted = enqueue(), enqueue()
    store.run(jobs.cancel(cancelled))
    assert ids(take(limit=9)) == [wanted]
    assert places(client, cancelled) == ["terminal"]


def test_the_message_of_a_cancelled_job_does_not_run_as_its_successor(
    store, client, enqueue, new_job, take
):
    job_id = enqueue()
    store.run(jobs.cancel(job_id))
    assert store.run(jobs.enqueue(new_job(id=job_id))).created
    (delivery,) = take(limit=9)
    assert delivery.claim.job_id == job_id
    assert client.llen("q") == 0
    assert take(limit=9) == []


@pytest.mark.parametrize(
    "garbage", [b"no json", b"[]", b"{}", b'{"properties": {}}', b"\xff\xfe\x00", b'"text"', b"17"]
)
def test_what_is_no_message_is_kept_and_holds_nothing_up(store, client, enqueue, take, garbage):
    client.lpush("q", garbage)
    behind = enqueue()
    assert ids(take(limit=9)) == [behind]
    record = store.run(jobs.get("unreadable-1"))
    assert (record.state, record.dead_reason) == (JobState.DEAD, DeadReason.UNDECODABLE)
    assert client.hget("longshore:dead-messages", "unreadable-1") == garbage


def test_a_message_of_a_stock_publisher_gets_a_record(store, client, enqueue, take):
    raw = {
        "body": "W10=",
        "headers": {"id": "stock-1", "task": "shop.add"},
        "properties": {"delivery_tag": "t-1", "priority": 0},
    }
    client.lpush("q", json.dumps(raw))
    assert ids(take()) == ["stock-1"]
    assert store.run(jobs.get("stock-1")).state is JobState.RUNNING


def test_a_queue_without_acknowledgement_is_read_without_claims(store, client, enqueue):
    enqueue()
    (delivery,) = store.run(claim([Source("q", "q", no_ack=True)], owner="w", worker="w", limit=1))
    assert delivery.claim is None
    assert client.hlen("unacked") == 0


def test_an_unknown_job_is_unknown(store):
    with pytest.raises(UnknownJob, match="'nobody'"):
        store.run(jobs.get("nobody"))
    with pytest.raises(UnknownJob):
        store.run(jobs.result("nobody"))
    assert store.run(jobs.attempts("nobody")) == ()
