"""What a person does to a job or a queue, and what a running handler tells and asks."""

from __future__ import annotations

import time

import pytest

from longshore.errors import UnknownJob
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import jobs, queues
from longshore.store.claims import Held, Settlement, renew, settle
from longshore.store.control import Standing, reschedule, standing, tell_progress
from longshore.store.queues import maintain
from support.places import places, snapshot

DEAD = Settlement(JobState.DEAD, "", ErrorInfo("Cancelled", "x"), DeadReason.PERMANENT_ERROR)


def test_nothing_is_claimed_from_a_paused_queue(store, clock, enqueue, take):
    assert store.run(queues.pause("q"))
    assert not store.run(queues.pause("q"))
    ids = [enqueue(), enqueue(priority=6), enqueue(delay_seconds=20)]
    assert take(limit=10) == []
    (status,) = store.run(queues.all_status(["q"]))
    assert (status.waiting, status.delayed) == (2, 1)
    assert status.paused_since == pytest.approx(time.time(), abs=60)
    clock.advance(20)
    assert store.run(maintain()).promoted == 1
    assert take(limit=10) == []
    assert store.run(queues.resume("q"))
    assert not store.run(queues.resume("q"))
    assert {one.claim.job_id for one in take(limit=10)} == set(ids)
    assert store.run(queues.all_status(["q"]))[0].paused_since is None


def test_a_pause_leaves_other_queues_and_running_jobs_alone(store, enqueue, take):
    enqueue()
    held = take()[0].claim
    store.run(queues.pause("q"))
    other = enqueue(queue="r")
    assert take(queue="r")[0].claim.job_id == other
    assert store.run(renew([held])) == [Held.HELD]
    assert store.run(settle(held, Settlement(JobState.SUCCEEDED)))


def test_a_resume_wakes_idle_workers(store, client, enqueue):
    store.run(queues.pause("q"))
    enqueue()
    client.delete("longshore:bell:q")
    store.run(queues.resume("q"))
    assert client.llen("longshore:bell:q") == 16


def test_a_delayed_job_gets_another_time(store, client, enqueue):
    job_id = enqueue(delay_seconds=60)
    at = time.time() + 1000
    assert store.run(reschedule(job_id, due_at=at)) is None
    assert store.run(jobs.get(job_id)).due_at == pytest.approx(at, abs=1e-3)
    assert places(client, job_id) == ["delayed longshore:delayed:q"]
    assert store.run(reschedule(job_id, delay_seconds=500)) is None
    assert store.run(jobs.get(job_id)).due_at == pytest.approx(time.time() + 500, abs=60)


def test_a_delayed_job_is_run_now(store, client, enqueue, take):
    job_id = enqueue(delay_seconds=60, priority=6)
    assert store.run(reschedule(job_id)) is None
    assert places(client, job_id) == ["ready q\x06\x166"]
    assert store.run(reschedule(job_id)) is JobState.QUEUED
    assert [one.claim.job_id for one in take(limit=10)] == [job_id]


def test_what_is_not_delayed_stays_where_it_is(store, client, enqueue, take):
    running = enqueue()
    take()
    waiting = enqueue()
    before = snapshot(client)
    assert store.run(reschedule(waiting, delay_seconds=60)) is JobState.QUEUED
    assert store.run(reschedule(running, delay_seconds=60)) is JobState.RUNNING
    assert snapshot(client) == before
    with pytest.raises(UnknownJob):
        store.run(reschedule("nobody"))


def test_progress_is_in_the_record(store, enqueue, take):
    job_id = enqueue()
    held = take()[0].claim
    assert store.run(tell_progress(held, 2, 5, 'half "way"')) is Standing.HELD
    told = store.run(jobs.get(job_id)).progress
    assert (told.done, told.total, told.note, told.attempt) == (2, 5, 'half "way"', 1)


def test_only_who_holds_the_job_tells_progress(store, enqueue, take, rescue_all):
    job_id = enqueue()
    stale = take()[0].claim
    rescue_all()
    take()
    assert store.run(tell_progress(stale, 1, None, "")) is Standing.LOST
    assert store.run(jobs.get(job_id)).progress is None


def test_a_handler_that_is_asked_to_stop_is_told_and_not_ended(store, enqueue, take):
    job_id = enqueue()
    held = take()[0].claim
    assert store.run(standing(held)) is Standing.HELD
    assert store.run(jobs.cancel(job_id, ask=True)) is JobState.RUNNING
    assert store.run(standing(held)) is Standing.CANCEL
    assert store.run(renew([held])) == [Held.HELD]
    assert store.run(jobs.get(job_id)).cancel_asked
    store.run(settle(held, DEAD))
    assert store.run(jobs.get(job_id)).state is JobState.CANCELLED


def test_who_was_asked_can_still_be_ended(store, enqueue, take):
    job_id = enqueue()
    held = take()[0].claim
    store.run(jobs.cancel(job_id, ask=True))
    store.run(jobs.cancel(job_id))
    store.run(jobs.cancel(job_id, ask=True))
    assert store.run(renew([held])) == [Held.CANCEL]


def test_a_waiting_job_is_cancelled_however_it_is_asked(store, enqueue, take):
    job_id = enqueue()
    assert store.run(jobs.cancel(job_id, ask=True)) is JobState.CANCELLED
    assert take() == []


def test_jobs_are_found_by_the_time_of_their_acceptance(store, enqueue):
    ids = [enqueue() for _ in range(3)]
    moments = [store.run(jobs.get(job_id)).enqueued_at for job_id in ids]

    def found(**bounds):
        return [record.id for record in store.run(jobs.search(**bounds)).records]

    assert found(since=moments[0] - 1) == ids[::-1]
    assert found(since=moments[-1] + 60) == found(until=moments[0] - 60) == []
    page = store.run(jobs.search(until=moments[-1] + 1, limit=1))
    assert store.run(jobs.search(cursor=page.cursor, limit=2)).records[0].id == ids[1]
