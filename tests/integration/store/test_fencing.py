"""A stale owner changes nothing: every key is the same before and after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longshore.current import Claim
from longshore.envelope import encode
from longshore.records import ErrorInfo, JobState
from longshore.store import jobs
from longshore.store.claims import Held, Settlement, note_retry, release, renew, settle
from support.places import places, snapshot

DONE = Settlement(JobState.SUCCEEDED, '{"status": "SUCCESS", "result": 1}')
COUNTERS, COUNTS = "longshore:task:shop.add", "longshore:counts"


def stale(held: Claim) -> Claim:
    return replace(held, token="somebody-else#1")


@pytest.fixture
def held(enqueue, take) -> Claim:
    enqueue()
    return take()[0].claim


def unchanged(client, before) -> bool:
    """Apart from the counters that say how many outcomes were refused, of the task and of all."""
    after = snapshot(client)
    after.get(COUNTERS, {}).pop(b"refused", None)
    after.get(COUNTS, {}).pop(b"refused\x1fq", None)
    return {k: v for k, v in after.items() if v or k != COUNTS} == before


def test_a_stale_renewal(store, client, held):
    before = snapshot(client)
    assert store.run(renew([stale(held)])) == [Held.LOST]
    assert unchanged(client, before)


@pytest.mark.parametrize("end", [DONE, Settlement(JobState.DEAD), Settlement(JobState.CANCELLED)])
def test_a_stale_settlement(store, client, held, end):
    before = snapshot(client)
    assert store.run(settle(stale(held), end)) is False
    assert unchanged(client, before)


@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize("counted", [True, False])
def test_a_stale_release(store, client, held, begun, counted):
    before = snapshot(client)
    assert not store.run(release(stale(held), begun=begun, counted=counted, why="stale"))
    assert unchanged(client, before)


def test_a_stale_retry(store, client, held, new_job):
    before = snapshot(client)
    message = replace(encode(new_job(id=held.job_id)), token="somebody-else#1")
    assert store.run(jobs.post(message)).refused
    assert unchanged(client, before)


def test_a_stale_note_of_a_retry(store, client, held):
    before = snapshot(client)
    assert not store.run(note_retry(stale(held), ErrorInfo("ValueError", "no")))
    assert unchanged(client, before)


def test_an_owner_that_slept_through_its_lease(store, client, held, take, rescue_all):
    rescue_all()
    (second,) = take("w2")
    before = snapshot(client)
    assert store.run(renew([held])) == [Held.LOST]
    assert store.run(settle(held, DONE)) is False
    assert not store.run(release(held, begun=True, counted=True, why="late"))
    assert unchanged(client, before)
    assert store.run(settle(second.claim, DONE))
    assert places(client, held.job_id) == ["terminal"]


def test_settling_twice_is_settled_once(store, client, held):
    assert store.run(settle(held, DONE))
    before = snapshot(client)
    assert store.run(settle(held, DONE))
    after = snapshot(client)
    assert {k: v for k, v in after.items() if k != COUNTERS} == {
        k: v for k, v in before.items() if k != COUNTERS
    }


def test_releasing_twice_is_one_release(store, client, held):
    assert store.run(release(held, begun=False, counted=False, why="drain"))
    before = snapshot(client)
    assert store.run(release(held, begun=False, counted=False, why="drain"))
    assert snapshot(client) == before


def test_a_claim_of_an_earlier_run_fits_no_later_one(store, client, enqueue, take):
    job_id = enqueue(id="again")
    (first,) = take()
    store.run(settle(first.claim, DONE))
    enqueue(id=job_id)
    (second,) = take()
    assert second.claim.token != first.claim.token

    before = snapshot(client)
    assert store.run(renew([first.claim])) == [Held.LOST]
    assert store.run(settle(first.claim, DONE)) is False
    assert places(client, job_id) == ["claimed"]
    assert store.run(renew([second.claim])) == [Held.HELD]
    assert {*before, COUNTS} == set(snapshot(client))
