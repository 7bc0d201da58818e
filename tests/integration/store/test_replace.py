"""A job that replaces itself by a chain ends as the chain's last job, under one id."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longshore.envelope import REPLACED, encode
from longshore.records import JobState
from longshore.store import jobs
from longshore.store.claims import Settlement, settle
from support.places import places

DONE = Settlement(JobState.SUCCEEDED)


@pytest.fixture
def successor(new_job):
    return replace(encode(new_job(id="job-1")), token=REPLACED)


def test_it_takes_the_place_of_a_claim_that_has_not_ended_yet(
    store, client, enqueue, take, successor
):
    enqueue(id="job-1")
    (first,) = take()
    assert store.run(jobs.post(successor)).created
    assert places(client, "job-1") == ["ready q"]
    assert store.run(settle(first.claim, DONE)), "its end is known, and changes nothing"
    assert places(client, "job-1") == ["ready q"]
    (second,) = take()
    assert second.claim.token != first.claim.token
    assert second.claim.delivery == second.claim.attempt == 2, "this is no redelivery"
    assert store.run(settle(second.claim, DONE))
    assert places(client, "job-1") == ["terminal"]


def test_it_is_a_new_run_of_one_that_has_ended(store, client, enqueue, take, successor):
    enqueue(id="job-1")
    store.run(settle(take()[0].claim, DONE))
    assert store.run(jobs.post(successor)).created
    assert places(client, "job-1") == ["ready q"]


def test_it_is_one_however_often_it_is_published(store, client, enqueue, take, successor):
    enqueue(id="job-1")
    take()
    store.run(jobs.post(successor))
    assert not store.run(jobs.post(successor)).created
    take()
    assert not store.run(jobs.post(successor)).created
    assert places(client, "job-1") == ["claimed"]
