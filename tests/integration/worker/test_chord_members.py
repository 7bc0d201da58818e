"""Members of a chord that are killed or wake too late, step by step, without a worker."""

from __future__ import annotations

import json
from typing import Any

import pytest
from celery import chain, chord
from celery.app.task import Context

from longshore import chords
from longshore.records import JobState
from longshore.store import jobs
from longshore.store.chords import chord_part
from longshore.store.claims import Delivery, Source, claim
from longshore.transport.delivery import plain_json
from longshore.worker.attempts import working_for
from longshore.worker.pool.runner import prepare
from support.places import places

SUCCESS = "SUCCESS"
# Celery's own backend calls redis-py so.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")


class Run:
    """One run of a claimed job, told how it ends instead of running its handler."""

    def __init__(self, shop: Any, delivery: Delivery) -> None:
        prepared = prepare(delivery, "w@host")
        args, kwargs, embed = plain_json(prepared.body)
        assert delivery.claim is not None
        self.claim = delivery.claim
        self.args = args
        self.backend = shop.app.backend
        self.request = Context({**prepared.request, "args": args, "kwargs": kwargs, **embed})

    @property
    def part(self) -> Any:
        return chord_part(self.claim, chords.part_of(self.backend, self.request, SUCCESS, 1))

    def succeeds(self, value: Any) -> None:
        with working_for(self.claim, {}):
            self.backend.mark_as_done(self.claim.job_id, value, self.request)

    def fails(self, error: Exception) -> None:
        with working_for(self.claim, {}):
            self.backend.mark_as_failure(self.claim.job_id, error, request=self.request)


@pytest.fixture
def begin(shop, store):
    """Claim the next job."""

    def run(owner: str = "w1") -> Run:
        source = [Source("celery", "celery")]
        (delivery,) = store.run(claim(source, owner=owner, worker=f"{owner}@host", limit=1))
        return Run(shop, delivery)

    return run


def waiting(client: Any) -> list[str]:
    return [json.loads(raw)["headers"]["id"] for raw in client.lrange("celery", 0, -1)]


@pytest.fixture
def body(shop):
    add, gathered = shop.module.add, shop.module.gathered
    return chord([add.s(1, 0), add.s(2, 0)], gathered.s())()


def test_what_is_known_of_an_open_chord_does_not_expire(client, body, begin):
    group = body.parent.id
    known = [f"celery-taskset-meta-{group}{part}" for part in (".s", ".j", ".d")]
    assert client.ttl(known[0]) == -1
    begin().succeeds(1)
    assert [client.ttl(name) for name in known] == [-1, -1, -1]
    begin().succeeds(2)
    assert waiting(client) == [body.id]
    assert client.exists(*known) == 0


def test_a_size_that_a_stock_client_set_is_kept_from_the_first_part_on(client, body, begin):
    size = f"celery-taskset-meta-{body.parent.id}.s"
    client.expire(size, 3600)
    begin().succeeds(1)
    assert client.ttl(size) == -1


def test_a_last_member_killed_before_it_enqueues_the_body_does_so_when_it_runs_again(
    store, client, body, begin, end_leases
):
    begin().succeeds(1)
    killed = begin()
    assert store.run(killed.part).nonce
    end_leases("w1")
    begin("w2").succeeds(1)
    assert waiting(client) == [body.id]


def test_a_last_member_killed_behind_its_enqueue_enqueues_no_second_body(
    store, client, body, begin, end_leases
):
    begin().succeeds(1)
    killed = begin()
    nonce = store.run(killed.part).nonce
    with working_for(killed.claim, {}):
        chords.finish(killed.backend, killed.request, nonce)
    end_leases("w1")
    last, again = begin("w2"), begin("w2")
    assert {last.claim.job_id, again.claim.job_id} == {body.id, killed.claim.job_id}
    first, second = (last, again) if last.claim.job_id == body.id else (again, last)
    first.succeeds([1, 1])
    second.succeeds(1)
    assert waiting(client) == []
    assert places(client, body.id) == ["terminal"]


def test_a_member_that_woke_too_late_counts_no_more_and_changes_no_result(
    store, client, body, begin, end_leases
):
    late = begin()
    end_leases("w1")
    begin("w2").succeeds("again")
    late.succeeds("late")
    begin("w2").succeeds("other")
    assert body.parent.results[0].get(timeout=60) == "again"
    assert begin("w3").args == [["again", "other"]]
    assert store.run(jobs.get(late.claim.job_id)).deliveries == 2


def test_a_failure_that_comes_too_late_fails_nothing(client, body, begin, end_leases):
    late = begin()
    end_leases("w1")
    late.fails(ValueError("late"))
    for value in ("one", "other"):
        begin("w2").succeeds(value)
    assert waiting(client) == [body.id]


def test_what_the_members_of_a_failed_header_told_can_be_read_until_it_expires(client, body, begin):
    begin().fails(ValueError("torn"))
    begin().succeeds(2)
    name = f"celery-taskset-meta-{body.parent.id}"
    assert waiting(client) == []
    assert [json.loads(part)[2] for part in client.zrange(f"{name}.j", 0, -1)] == [
        "FAILURE",
        "SUCCESS",
    ]
    assert client.ttl(f"{name}.j") > 0
    assert not client.exists(f"{name}.s", f"{name}.t", f"{name}.d")


def test_a_chord_whose_body_was_enqueued_leaves_no_parts(client, body, begin):
    begin().succeeds(1)
    begin().succeeds(2)
    name = f"celery-taskset-meta-{body.parent.id}"
    assert waiting(client) == [body.id]
    assert not client.exists(*(f"{name}.{part}" for part in "jstd"))


def test_the_next_step_of_a_chain_is_no_second_job_when_a_late_run_enqueues_it(
    shop, store, client, begin, end_leases
):
    step = chain(shop.module.add.s(1, 1), shop.module.add.s(2))()
    late = begin()
    end_leases("w1")
    follow(begin("w2"), step.id)
    begin("w3").succeeds(4)
    follow(late, step.id)
    assert waiting(client) == []
    assert store.run(jobs.get(step.id)).state is JobState.SUCCEEDED


def follow(run: Run, step_id: str) -> None:
    """What Celery's tracer does with the rest of a chain, and the outcome."""
    following = run.backend.app.signature(run.request.chain[-1])
    assert following.id == step_id
    with working_for(run.claim, {}):
        following.apply_async((2,), chain=[])
    run.succeeds(2)
