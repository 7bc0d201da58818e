"""A batch: counts by outcome, and a callback that is enqueued once, whatever ends its members."""

from __future__ import annotations

import json

import pytest

from longshore.envelope import encode
from longshore.errors import UnknownBatch
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import dead_letters, jobs
from longshore.store.batches import enqueue_batch, get_batch
from longshore.store.claims import Settlement, release, settle, settle_all
from longshore.store.dead_letters import Revival
from longshore.store.queues import purge
from support.places import places, snapshot

DONE = Settlement(JobState.SUCCEEDED)
EXPIRED = Settlement(JobState.EXPIRED, reason=DeadReason.EXPIRED)
DEAD = Settlement(JobState.DEAD, "", ErrorInfo("OSError", "no"), DeadReason.PERMANENT_ERROR)


@pytest.fixture
def batch(store, new_job):
    """Enqueue a batch of so many jobs with a callback, and return its id."""

    def make(count: int = 2, callback: bool = True, batch_id: str = "b-1") -> str:
        posts = [encode(new_job()) for _ in range(count)]
        after = encode(new_job(id="after", task="shop.total", queue="r", priority=3))
        store.run(enqueue_batch(batch_id, posts, after if callback else None))
        return batch_id

    return make


def counts(store) -> dict[str, int]:
    record = store.run(get_batch("b-1"))
    names = ("open", "succeeded", "dead", "cancelled", "expired")
    return {name: getattr(record, name) for name in names if getattr(record, name)}


def test_members_are_counted_by_how_they_ended(store, batch, take):
    batch(5)
    assert counts(store) == {"open": 5}
    first, second, third, fourth = take(limit=4)
    store.run(settle_all([(first.claim, DONE), (second.claim, DEAD), (third.claim, EXPIRED)]))
    store.run(jobs.cancel("job-5"))
    assert counts(store) == {"open": 1, "succeeded": 1, "dead": 1, "expired": 1, "cancelled": 1}
    assert store.run(get_batch("b-1")).ended_at is None
    store.run(settle(fourth.claim, DONE))
    record = store.run(get_batch("b-1"))
    assert (record.size, record.open, record.succeeded, record.callback) == (5, 0, 2, "after")
    assert record.ended_at is not None


def test_the_callback_follows_the_last_end_in_the_same_step(store, client, batch, take):
    batch(2)
    first, second = take(limit=2)
    store.run(settle(first.claim, DONE))
    assert places(client, "after") == []
    store.run(settle(second.claim, DEAD))
    assert places(client, "after") == ["ready r\x06\x163"]
    (callback,) = take(queue="r")
    assert json.loads(callback.raw)["headers"]["task"] == "shop.total"
    record = store.run(jobs.get("after"))
    assert (record.state, record.attempts, record.deliveries) == (JobState.RUNNING, 1, 1)
    assert store.run(settle(callback.claim, DONE))
    assert places(client, "after") == ["terminal"]


def test_a_replayed_member_moves_its_count_and_the_callback_stays_one(store, client, batch, take):
    batch(2)
    ends = [(one.claim, DEAD) for one in take(limit=2)]
    store.run(settle_all(ends))
    (callback,) = take(queue="r")
    store.run(settle(callback.claim, DONE))
    letters = [store.run(dead_letters.get(f"job-{n}")).kept for n in (1, 2)]
    store.run(dead_letters.replay([Revival.of(letters[0])]))
    assert counts(store) == {"dead": 2}
    (again,) = take()
    store.run(settle(again.claim, DONE))
    store.run(dead_letters.discard(letters[1:], "nobody wants it"))
    assert counts(store) == {"succeeded": 1, "cancelled": 1}
    assert places(client, "after") == ["terminal"]
    assert store.run(jobs.get("after")).deliveries == 1


@pytest.mark.parametrize("end", ["cancel", "purge", "quarantine", "cancelled run"])
def test_whatever_ends_the_last_member(store, client, batch, take, end):
    batch(1)
    if end == "cancel":
        store.run(jobs.cancel("job-1"))
    elif end == "purge":
        store.run(purge("q", 0, 10))
    elif end == "quarantine":
        for _ in range(3):
            (one,) = take()
            store.run(release(one.claim, begun=True, counted=True, why="its process is gone"))
    else:
        (one,) = take()
        store.run(jobs.cancel("job-1"))
        store.run(release(one.claim, begun=True, counted=False, why="cancelled"))
    assert counts(store) == {"dead" if end == "quarantine" else "cancelled": 1}
    assert places(client, "after") == ["ready r\x06\x163"]


def test_a_stale_owner_ends_nothing(store, client, batch, take, rescue_all):
    batch(1)
    (stale,) = take()
    rescue_all()
    before = snapshot(client)["longshore:batch:b-1"]
    assert not store.run(settle(stale.claim, DONE))
    assert snapshot(client)["longshore:batch:b-1"] == before
    (second,) = take("w2")
    assert store.run(settle(second.claim, DONE))
    assert store.run(settle(second.claim, DONE))
    assert counts(store) == {"succeeded": 1}


def test_the_same_call_again_changes_no_batch(store, client, new_job, take):
    posts = [encode(new_job(id=f"m-{n}", unique=True)) for n in range(3)]
    after = encode(new_job(id="after"))
    created = store.run(enqueue_batch("b-1", posts, after))
    (one,) = take()
    store.run(settle(one.claim, DONE))
    again = store.run(enqueue_batch("b-1", posts, after))
    assert [one.created for one in created] == [True] * 3
    assert [one.created for one in again] == [False] * 3
    assert counts(store) == {"open": 2, "succeeded": 1}


def test_jobs_that_were_there_are_no_members(store, client, enqueue, new_job):
    enqueue(id="old")
    posts = [encode(new_job(id="old")), encode(new_job(id="new"))]
    store.run(enqueue_batch("b-1", posts))
    assert (store.run(get_batch("b-1")).size, counts(store)) == (1, {"open": 1})


def test_a_batch_without_new_jobs_has_ended_at_once(store, client, enqueue, new_job):
    enqueue(id="old")
    store.run(enqueue_batch("b-1", [encode(new_job(id="old"))], encode(new_job(id="after"))))
    assert store.run(get_batch("b-1")).ended_at is not None
    assert places(client, "after") == ["ready q"]


def test_a_batch_that_ended_is_forgotten_with_its_records(store, client, batch, take):
    batch(1)
    (one,) = take()
    store.run(settle(one.claim, DONE))
    for name in ("longshore:batch:b-1", "longshore:batch-jobs:b-1"):
        assert 0 < client.ttl(name) <= store.settings.record_ttl_seconds


def test_an_unknown_batch(store):
    with pytest.raises(UnknownBatch, match="'nothing'"):
        store.run(get_batch("nothing"))


def test_a_batch_and_its_callback_are_of_the_client_of_its_jobs(store, new_job):
    (member, after) = (encode(new_job(client="shop")), encode(new_job(id="after")))
    store.run(enqueue_batch("b-1", [member], after))
    assert store.run(get_batch("b-1")).client == "shop"
    store.run(jobs.cancel(member.job_id))
    assert store.run(jobs.get("after")).client == "shop"
