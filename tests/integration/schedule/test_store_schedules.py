"""The schedule's scripts: one leader, fenced; one job per slot, recorded with it."""

from __future__ import annotations

import pytest

from longshore.envelope import NewJob
from longshore.errors import LeaseLost
from longshore.store import Store, StoreSettings, jobs, queues, schedules
from longshore.store.schedules import Definition

NIGHTLY = Definition("nightly", "test.echo", "low", "cron 15 3 * * *", "last")


def job(slot: float) -> NewJob:
    return NewJob(task="test.echo", id=f"nightly@{slot}", kwargs={}, queue="low", unique=True)


def waiting(store: Store) -> int:
    return sum(status.waiting for status in store.run(queues.all_status()))


@pytest.fixture
def leading(store) -> Store:
    assert store.run(schedules.lead("mine", "a:1")).leading
    store.run(schedules.declare("mine", [NIGHTLY]))
    return store


def test_one_leads_and_the_other_is_told_who(store):
    first = store.run(schedules.lead("one", "a:1"))
    second = store.run(schedules.lead("two", "b:2"))
    assert (first.leading, second.leading) == (True, False)
    assert (first.leader, second.leader) == ("a:1", "a:1")


def test_renewing_extends_the_lease_and_keeps_its_beginning(store):
    store.run(schedules.lead("one", "a:1"))
    before = store.run(schedules.overview()).leader
    store.run(schedules.lead("one", "a:1"))
    after = store.run(schedules.overview()).leader
    assert after.since == before.since
    assert after.until > before.until


def test_a_lease_that_ended_is_free(store, clock):
    store.run(schedules.lead("one", "a:1"))
    clock.advance(store.settings.lease_seconds / 2)
    assert not store.run(schedules.lead("two", "b:2")).leading
    clock.advance(store.settings.lease_seconds / 2)
    assert store.run(schedules.lead("two", "b:2")).leading
    assert not store.run(schedules.lead("one", "a:1")).leading


def test_a_leader_that_resigns_is_followed_at_once(store):
    store.run(schedules.lead("one", "a:1"))
    assert not store.run(schedules.resign("two"))
    assert store.run(schedules.resign("one"))
    assert store.run(schedules.overview()).leader is None
    assert store.run(schedules.lead("two", "b:2")).leading


def test_a_slots_job_is_enqueued_and_recorded_together(leading):
    assert leading.run(schedules.enqueue("mine", "nightly", 100.5, 200.5, job(100.5)))
    assert leading.run(jobs.get("nightly@100.5")).queue == "low"
    (entry,) = leading.run(schedules.overview()).entries
    assert (entry.last_slot, entry.next_slot, entry.last_job_id) == (100.5, 200.5, "nightly@100.5")
    assert (entry.enqueued, entry.missed) == (1, 0)


@pytest.mark.parametrize("again", [100.5, 99.0])
def test_a_slot_is_not_enqueued_again_nor_one_before_it(leading, again):
    leading.run(schedules.enqueue("mine", "nightly", 100.5, 200.5, job(100.5)))
    assert not leading.run(schedules.enqueue("mine", "nightly", again, 200.5, job(again)))
    assert waiting(leading) == 1


def test_microseconds_tell_slots_apart(leading):
    slot = 1_790_000_000.000_001
    assert leading.run(schedules.enqueue("mine", "nightly", slot, None, job(slot)))
    later = 1_790_000_000.000_002
    assert leading.run(schedules.enqueue("mine", "nightly", later, None, job(later)))
    assert leading.run(schedules.overview()).entries[0].last_slot == later


def test_a_job_that_exists_is_not_doubled_though_its_slot_was_not_recorded(leading):
    leading.run(jobs.enqueue(job(100.5)))
    assert leading.run(schedules.enqueue("mine", "nightly", 100.5, 200.5, job(100.5)))
    assert waiting(leading) == 1


def test_who_does_not_lead_changes_nothing(leading, client):
    before = client.hgetall("longshore:schedule:nightly")
    for call in (
        schedules.enqueue("other", "nightly", 100.5, 200.5, job(100.5)),
        schedules.pass_over("other", "nightly", 100.5, 1, 200.5),
        schedules.note_next("other", "nightly", 200.5),
        schedules.declare("other", [NIGHTLY]),
    ):
        with pytest.raises(LeaseLost, match="another scheduler leads now"):
            leading.run(call)
    assert client.hgetall("longshore:schedule:nightly") == before
    assert waiting(leading) == 0


def test_a_leader_past_its_lease_is_refused_even_if_nobody_followed(leading, client):
    client.hset("longshore:schedule-leader", "until", "1.0")
    with pytest.raises(LeaseLost):
        leading.run(schedules.enqueue("mine", "nightly", 100.5, 200.5, job(100.5)))
    assert waiting(leading) == 0


def test_slots_passed_over_are_counted_once(leading):
    assert leading.run(schedules.pass_over("mine", "nightly", 300.0, 4, 400.0))
    assert not leading.run(schedules.pass_over("mine", "nightly", 300.0, 4, 400.0))
    (entry,) = leading.run(schedules.overview()).entries
    assert (entry.last_slot, entry.next_slot, entry.missed, entry.enqueued) == (300.0, 400.0, 4, 0)


def test_the_overview_lists_entries_by_name_with_what_they_are(leading):
    weekly = Definition("a-weekly", "test.echo", "low", "cron 0 0 * * 0", "all")
    leading.run(schedules.declare("mine", [NIGHTLY, weekly]))
    leading.run(schedules.note_next("mine", "nightly", 500.0))
    first, second = leading.run(schedules.overview()).entries
    assert (first.name, first.schedule, first.catch_up) == ("a-weekly", "cron 0 0 * * 0", "all")
    assert (second.name, second.last_slot, second.next_slot) == ("nightly", None, 500.0)


def test_an_entry_keeps_its_anchor_and_place_when_it_is_declared_again(leading):
    (first,) = leading.run(schedules.declare("mine", [NIGHTLY]))
    leading.run(schedules.enqueue("mine", "nightly", 100.5, 200.5, job(100.5)))
    (again,) = leading.run(schedules.declare("mine", [NIGHTLY]))
    assert (again.anchor, again.last_slot) == (first.anchor, 100.5)


def test_an_entry_that_is_gone_is_remembered_for_a_day(leading, client):
    leading.run(schedules.enqueue("mine", "nightly", 100.5, 200.5, job(100.5)))
    leading.run(schedules.declare("mine", []))
    assert leading.run(schedules.overview()).entries == ()
    assert 0 < client.ttl("longshore:schedule:nightly") <= 86_400
    (back,) = leading.run(schedules.declare("mine", [NIGHTLY]))
    assert back.last_slot == 100.5
    assert client.ttl("longshore:schedule:nightly") == -1


def test_a_prefix_keeps_two_schedules_apart(valkey, leading):
    with Store.from_url(valkey.url, StoreSettings(key_prefix="other:")) as other:
        assert other.run(schedules.overview()).leader is None
        assert other.run(schedules.lead("two", "b:2")).leading
        other.run(schedules.declare("two", [NIGHTLY]))
        assert other.run(schedules.enqueue("two", "nightly", 100.5, 200.5, job(100.5)))
        assert waiting(other) == 1
    assert waiting(leading) == 0
