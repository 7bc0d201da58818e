"""What a process was handed in the instant of its end goes back at once, not with its lease."""

from __future__ import annotations

from longshore.records import JobState
from longshore.store import jobs
from longshore.store.claims import release_unseen
from support.places import places


def test_what_an_owner_holds_goes_back_in_its_order_as_not_begun(store, client, enqueue, take):
    handed = [enqueue() for _ in range(3)]
    later = enqueue()
    take("gone", limit=3)
    assert sorted(store.run(release_unseen("gone"))) == sorted(handed)
    record = store.run(jobs.get(handed[0]))
    assert (record.state, record.attempts, record.interruptions) == (JobState.QUEUED, 0, 0)
    assert places(client, handed[0]) == ["ready q"]
    again = [delivery.claim.job_id for delivery in take("next", limit=9)]
    assert again == [*handed, later]


def test_what_others_hold_stays_with_them(store, client, enqueue, take):
    kept = enqueue()
    take("gone-not")
    assert store.run(release_unseen("gone")) == []
    assert places(client, kept) == ["claimed"]


def test_a_cancel_that_came_meanwhile_takes_effect(store, client, enqueue, take):
    job_id = enqueue()
    take("gone")
    store.run(jobs.cancel(job_id))
    store.run(release_unseen("gone"))
    assert store.run(jobs.get(job_id)).state is JobState.CANCELLED
    assert places(client, job_id) == ["terminal"]
