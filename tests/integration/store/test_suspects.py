"""A job that was only claimed beside one that ends its workers is not quarantined with it."""

from __future__ import annotations

from longshore.records import DeadReason, JobState
from longshore.store import jobs
from longshore.store.claims import Settlement, settle
from longshore.store.queues import maintain
from longshore.store.suspects import begin, is_suspect


def test_only_what_had_begun_is_quarantined(store, enqueue, take, rescue_all):
    guilty, innocent = enqueue(), enqueue()
    for _ in range(3):
        claims = {one.claim.job_id: one.claim for one in take(limit=2)}
        if is_suspect(claims[guilty]):
            assert store.run(begin(claims[guilty])) is True
        rescue_all()
    assert store.run(jobs.get(guilty)).dead_reason is DeadReason.QUARANTINED
    record = store.run(jobs.get(innocent))
    assert (record.state, record.interruptions) == (JobState.QUEUED, 3)


def test_one_that_ends_its_worker_before_it_begins_is_held_back_in_the_end(
    store, client, enqueue, take, rescue_all
):
    job_id = enqueue()
    take()
    rescue_all()
    client.hset(f"longshore:job:{job_id}", "interruptions", 30)
    for _ in range(2):
        take()
        rescue_all()
    assert store.run(jobs.get(job_id)).dead_reason is DeadReason.QUARANTINED


def test_a_stale_owner_cannot_say_that_it_begins(store, client, enqueue, take, rescue_all):
    job_id = enqueue()
    (stale,) = take("w1")
    rescue_all()
    take("w2")
    assert store.run(begin(stale.claim)) is False
    assert not client.hexists(f"longshore:job:{job_id}", "begun_by")


def test_a_retry_is_no_suspect(store, enqueue, take):
    enqueue()
    (delivery,) = take()
    assert not is_suspect(delivery.claim)


def test_two_on_their_last_chance_share_no_worker(store, clock, enqueue, take, rescue_all):
    pair = {enqueue(), enqueue()}
    for _ in range(2):
        for one in take(limit=2):
            store.run(begin(one.claim))
        rescue_all()
    (alone,) = take("w1", limit=2)
    (other,) = pair - {alone.claim.job_id}
    assert store.run(jobs.get(other)).state is JobState.SCHEDULED
    clock.advance(store.settings.lease_seconds)
    assert store.run(maintain()).promoted == 1
    assert [one.claim.job_id for one in take("w2")] == [other]


def test_the_next_on_its_last_chance_follows_once_the_first_has_ended(
    store, clock, enqueue, take, rescue_all
):
    pair = [enqueue(), enqueue()]
    for _ in range(2):
        for one in take(limit=2):
            store.run(begin(one.claim))
        rescue_all()
    (first,) = take(limit=2)
    assert store.run(settle(first.claim, Settlement(JobState.SUCCEEDED)))
    clock.advance(store.settings.lease_seconds)
    assert store.run(maintain()).promoted == 1
    (second,) = take(limit=2)
    assert {first.claim.job_id, second.claim.job_id} == set(pair)


def test_of_two_that_begin_together_only_the_guilty_one_is_quarantined(
    store, clock, enqueue, take, rescue_all
):
    guilty, innocent = enqueue(), enqueue()
    ended: set[str] = set()
    while ended != {guilty, innocent}:
        claims = {one.claim.job_id: one.claim for one in take(limit=2)}
        for held in claims.values():
            store.run(begin(held))
        if guilty in claims:
            rescue_all()
        elif innocent in claims:
            assert store.run(settle(claims[innocent], Settlement(JobState.SUCCEEDED)))
        clock.advance(store.settings.lease_seconds / 3)
        store.run(maintain())
        ended = {job for job in (guilty, innocent) if store.run(jobs.get(job)).state.finished}
    assert store.run(jobs.get(guilty)).dead_reason is DeadReason.QUARANTINED
    assert store.run(jobs.get(innocent)).state is JobState.SUCCEEDED
