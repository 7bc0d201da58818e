"""Accepting a job: record and place are written together, and once."""

from __future__ import annotations

import pytest

from longshore.envelope import encode, idempotent_id
from longshore.records import JobState
from longshore.store import Store, StoreSettings, jobs
from longshore.store.claims import Settlement, settle
from support.places import places, snapshot

DONE = Settlement(JobState.SUCCEEDED, '{"status": "SUCCESS", "result": 1}')


def test_an_accepted_job_is_in_one_place_and_has_a_record(store, client, enqueue):
    job_id = enqueue()
    assert places(client, job_id) == ["ready q"]
    record = store.run(jobs.get(job_id))
    assert (record.state, record.task, record.queue) == (JobState.QUEUED, "shop.add", "q")
    assert (record.attempts, record.deliveries, record.interruptions) == (0, 0, 0)
    assert record.enqueued_at > 0


def test_the_same_message_sent_twice_is_one_job(store, client, new_job):
    message = encode(new_job())
    assert store.run(jobs.post(message)).created
    before = snapshot(client)
    assert not store.run(jobs.post(message)).created
    assert snapshot(client) == before


def test_the_same_message_sent_again_after_its_end_is_not_run_again(store, client, new_job, take):
    message = encode(new_job())
    store.run(jobs.post(message))
    store.run(settle(take()[0].claim, DONE))
    assert not store.run(jobs.post(message)).created
    assert places(client, message.job_id) == ["terminal"]


def test_an_id_in_use_is_not_taken_again(store, client, enqueue, new_job, take):
    job_id = enqueue()
    for _ in range(2):
        assert not store.run(jobs.enqueue(new_job(id=job_id))).created
        assert len(places(client, job_id)) == 1
        take()


def test_a_finished_id_is_free_again_unless_it_is_unique(store, client, enqueue, new_job, take):
    job_id = enqueue()
    store.run(settle(take()[0].claim, DONE))
    assert not store.run(jobs.enqueue(new_job(id=job_id, unique=True))).created
    assert store.run(jobs.enqueue(new_job(id=job_id))).created
    assert places(client, job_id) == ["ready q"]
    assert client.get(f"celery-task-meta-{job_id}") is None


def test_a_unique_job_tells_the_fingerprint_of_the_first(store, new_job):
    key = idempotent_id("shop.add", "order-7")
    first = store.run(jobs.enqueue(new_job(id=key, unique=True, fingerprint="one")))
    second = store.run(jobs.enqueue(new_job(id=key, unique=True, fingerprint="two")))
    assert (first.created, first.fingerprint) == (True, "one")
    assert (second.created, second.fingerprint) == (False, "one")


def test_a_dead_job_enqueued_again_leaves_the_dead_letters(store, client, enqueue, new_job, take):
    job_id = enqueue()
    store.run(settle(take()[0].claim, Settlement(JobState.DEAD)))
    assert places(client, job_id) == ["dead"]
    assert store.run(jobs.enqueue(new_job(id=job_id))).created
    assert places(client, job_id) == ["ready q"]


def test_priorities_have_lists_of_their_own(client, enqueue):
    job_id = enqueue(priority=5)
    assert places(client, job_id) == ["ready q\x06\x163"]


@pytest.mark.parametrize("late", [{"delay_seconds": 60}, {"due_at": 4_000_000_000.0}])
def test_a_job_for_later_waits_in_the_delayed_set(store, client, enqueue, late):
    job_id = enqueue(**late)
    assert places(client, job_id) == ["delayed longshore:delayed:q"]
    record = store.run(jobs.get(job_id))
    assert record.state is JobState.SCHEDULED
    assert record.due_at > record.enqueued_at


@pytest.mark.parametrize("due", [{"delay_seconds": 0}, {"due_at": 1.0}])
def test_a_job_that_is_due_already_does_not_wait(client, enqueue, due):
    assert places(client, enqueue(**due)) == ["ready q"]


def test_an_expiry_is_kept_by_the_brokers_clock(store, enqueue):
    record = store.run(jobs.get(enqueue(expires_in_seconds=30)))
    assert record.expires_at == pytest.approx(record.enqueued_at + 30, abs=0.01)


def test_the_request_id_is_in_the_record(store, enqueue):
    job_id = enqueue(headers={"request_id": "r-1"})
    assert store.run(jobs.get(job_id)).request_id == "r-1"


def test_the_key_prefix_is_before_every_key(valkey, client, new_job):
    with Store.from_url(valkey.url, StoreSettings(key_prefix="mine:")) as store:
        store.run(jobs.enqueue(new_job()))
        store.run(jobs.enqueue(new_job(delay_seconds=9)))
    assert all(name.startswith(b"mine:") for name in client.keys("*"))
