"""A cancel holds in every state, and whoever waits is told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from longshore.envelope import encode
from longshore.errors import UnknownJob
from longshore.records import JobState
from longshore.store import jobs, tasks
from longshore.store.claims import Held, Settlement, release, renew, settle
from support.places import places

DONE = Settlement(JobState.SUCCEEDED, '{"status": "SUCCESS", "result": 1}')


def meta_status(client, job_id):
    meta = client.get(f"celery-task-meta-{job_id}")
    return json.loads(meta)["status"] if meta else None


def assert_cancelled(store, client, job_id):
    assert store.run(jobs.get(job_id)).state is JobState.CANCELLED
    assert places(client, job_id) == ["terminal"]
    assert meta_status(client, job_id) == "REVOKED"
    assert store.run(tasks.stats("shop.add")).cancelled == 1


def test_an_unknown_job_cannot_be_cancelled(store):
    with pytest.raises(UnknownJob):
        store.run(jobs.cancel("nobody"))


def test_a_queued_job(store, client, enqueue, take):
    job_id = enqueue()
    assert store.run(jobs.cancel(job_id)) is JobState.CANCELLED
    assert_cancelled(store, client, job_id)
    assert take() == []
    assert client.ttl(f"longshore:job:{job_id}") > 0


def test_a_delayed_job(store, client, enqueue):
    job_id = enqueue(delay_seconds=60)
    assert store.run(jobs.cancel(job_id)) is JobState.CANCELLED
    assert_cancelled(store, client, job_id)
    assert client.ttl(f"longshore:job:{job_id}") > 0


def test_a_running_job_is_told_at_its_renewal(store, client, enqueue, take):
    job_id = enqueue()
    held = take()[0].claim
    assert store.run(jobs.cancel(job_id)) is JobState.RUNNING
    assert places(client, job_id) == ["claimed"]
    assert store.run(renew([held])) == [Held.CANCEL]


def test_a_running_job_that_succeeds_all_the_same_has_succeeded(store, enqueue, take):
    job_id = enqueue()
    held = take()[0].claim
    store.run(jobs.cancel(job_id))
    assert store.run(settle(held, DONE))
    assert store.run(jobs.get(job_id)).state is JobState.SUCCEEDED


def test_a_running_job_that_is_given_back(store, client, enqueue, take):
    job_id = enqueue()
    held = take()[0].claim
    store.run(jobs.cancel(job_id))
    store.run(release(held, begun=True, counted=True, why="lost"))
    assert_cancelled(store, client, job_id)
    assert client.ttl(f"longshore:job:{job_id}") > 0


def test_a_running_job_whose_worker_dies(store, client, enqueue, take, rescue_all):
    job_id = enqueue()
    take()
    store.run(jobs.cancel(job_id))
    rescue_all()
    assert_cancelled(store, client, job_id)


def test_a_running_job_that_asks_for_another_attempt(store, client, enqueue, new_job, take):
    job_id = enqueue()
    held = take()[0].claim
    store.run(jobs.cancel(job_id))
    store.run(jobs.post(replace(encode(new_job(id=job_id)), token=held.token)))
    assert_cancelled(store, client, job_id)
    assert client.ttl(f"longshore:job:{job_id}") > 0


def test_a_job_that_waits_for_another_attempt(store, client, enqueue, new_job, take):
    job_id = enqueue()
    held = take()[0].claim
    later = encode(new_job(id=job_id, delay_seconds=60))
    store.run(jobs.post(replace(later, token=held.token)))
    assert store.run(jobs.cancel(job_id)) is JobState.CANCELLED
    assert_cancelled(store, client, job_id)


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.DEAD, JobState.EXPIRED])
def test_a_finished_job_stays_as_it_is(store, enqueue, take, state):
    job_id = enqueue()
    store.run(settle(take()[0].claim, Settlement(state)))
    assert store.run(jobs.cancel(job_id)) is state
    assert store.run(jobs.get(job_id)).state is state


def test_cancelling_twice_is_cancelled_once(store, client, enqueue):
    job_id = enqueue()
    for _ in range(2):
        assert store.run(jobs.cancel(job_id)) is JobState.CANCELLED
    assert_cancelled(store, client, job_id)


def test_each_cancelled_copy_of_a_reused_id_is_passed_over(store, enqueue, take):
    for _ in range(3):
        enqueue(id="order")
        store.run(jobs.cancel("order"))
    enqueue(id="order")
    assert [one.claim.delivery for one in take(limit=10)] == [1]
    assert take(limit=10) == []
