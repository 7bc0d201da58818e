"""Rounds of a scheduler against a real broker, one at a time."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from functools import partial

import pytest
from celery import Celery
from celery.beat import BeatLazyFunc
from structlog.testing import capture_logs

from longshore.envelope import NewJob
from longshore.schedule import CatchUp, LongshoreScheduler, ScheduleEntry
from longshore.schedule.timekeeper import Timekeeper
from longshore.store import Store, StoreSettings, jobs, queues, schedules
from longshore.testing.ports import free_port

HOUR = 3600
SETTINGS = StoreSettings(lease_seconds=1.0, deadline_seconds=0.5)


def pulse(**fields) -> ScheduleEntry:
    usual = {"name": "pulse", "schedule": HOUR, "task": "test.echo", "queue": "celery"}
    return ScheduleEntry(**(usual | fields))


@pytest.fixture
def keeper(valkey):
    made = []

    def make(*entries: ScheduleEntry, url: str = valkey.url) -> Timekeeper:
        made.append(Timekeeper(partial(Store.from_url, url), SETTINGS, entries, UTC))
        return made[-1]

    yield make
    for each in made:
        each.resign()


@pytest.fixture
def away(store, client):
    """Makes an entry look as if no scheduler had run for so many seconds."""

    def pretend(seconds: float, entry: str = "pulse") -> None:
        key = f"longshore:schedule:{entry}"
        anchor = float(client.hget(key, "anchor")) - seconds
        client.hset(key, mapping={"anchor": f"{anchor:.6f}"})

    return pretend


def status(store):
    (entry,) = store.run(schedules.overview()).entries
    return entry


def test_a_new_entry_waits_for_its_first_slot(keeper, store, client, slots):
    scheduler = keeper(pulse())
    assert 0 < scheduler.turn() <= SETTINGS.renew_every_seconds
    assert slots() == []
    anchor = float(client.hget("longshore:schedule:pulse", "anchor"))
    assert status(store).next_slot == pytest.approx(anchor + HOUR, abs=1e-6)
    assert status(store).last_slot is None


@pytest.mark.parametrize(
    ("policy", "enqueued", "missed"),
    [(CatchUp.SKIP, 0, 5), (CatchUp.LAST, 1, 4), (CatchUp.ALL, 5, 0)],
)
def test_a_gap_of_five_slots_is_made_up_for_as_the_entry_says(
    keeper, store, slots, away, policy, enqueued, missed
):
    first = keeper(pulse(catch_up=policy))
    first.turn()
    first.resign()
    away(5 * HOUR + 600)
    keeper(pulse(catch_up=policy)).turn()
    assert len(slots()) == enqueued
    entry = status(store)
    assert (entry.enqueued, entry.missed) == (enqueued, missed)
    assert entry.next_slot - entry.last_slot == HOUR


def test_making_up_for_slots_is_bounded_and_logged(keeper, store, slots, away):
    first = keeper(pulse(catch_up=CatchUp.ALL))
    first.turn()
    first.resign()
    away(150 * HOUR + 600)
    with capture_logs() as lines:
        keeper(pulse(catch_up=CatchUp.ALL)).turn()
    assert len(slots()) == 100
    assert status(store).missed == 50
    told = {line["event"]: line for line in lines}
    assert told["slots missed"]["missed"] == 50
    assert told["slots caught up"]["count"] == 100


def test_slots_made_up_for_are_in_order_and_on_the_grid(keeper, slots, away):
    first = keeper(pulse(catch_up=CatchUp.ALL))
    first.turn()
    first.resign()
    away(4 * HOUR + 1)
    keeper(pulse(catch_up=CatchUp.ALL)).turn()
    due = slots()
    assert [later - due[0] for later in due] == [timedelta(hours=n) for n in range(4)]


def test_only_one_of_two_leads_and_the_other_follows_when_it_resigns(keeper):
    one, two = keeper(pulse()), keeper(pulse())
    one.turn()
    two.turn()
    assert (one.leading, two.leading) == (True, False)
    one.resign()
    two.turn()
    assert two.leading


def test_a_leader_whose_lease_ended_unnoticed_enqueues_nothing(keeper, client, slots, away):
    one, two = keeper(pulse()), keeper(pulse())
    one.turn()
    client.hset("longshore:schedule-leader", "until", "1.0")
    two.turn()
    away(HOUR + 1)
    one.turn()
    assert (one.leading, two.leading) == (False, True)
    assert slots() == []


def test_a_leader_deposed_in_the_middle_of_a_round_enqueues_nothing(
    keeper, store, client, slots, away
):
    def depose() -> str:
        client.hset("longshore:schedule-leader", "until", "1.0")
        return "too late"

    entry = pulse(args=(BeatLazyFunc(depose),))
    first = keeper(entry)
    first.turn()
    first.resign()
    away(HOUR + 1)
    leader = keeper(entry)
    assert leader.turn() == 0.0
    assert not leader.leading
    assert slots() == []
    assert status(store).last_slot is None


def test_a_slot_that_was_recorded_by_an_answer_that_got_lost_is_not_enqueued_again(
    keeper, client, slots, away
):
    later = BeatLazyFunc(
        lambda: client.hset("longshore:schedule:pulse", "last_slot", "9000000000.0")
    )
    first = keeper(pulse(args=(later,)))
    first.turn()
    first.resign()
    away(HOUR + 1)
    keeper(pulse(args=(later,))).turn()
    assert slots() == []


def test_an_entry_whose_arguments_fail_does_not_stop_the_others(keeper, slots, away):
    broken = pulse(name="broken", args=(BeatLazyFunc(lambda: 1 / 0),))
    scheduler = keeper(broken, pulse())
    scheduler.turn()
    scheduler.resign()
    away(HOUR + 1)
    away(HOUR + 1, entry="broken")
    scheduler = keeper(broken, pulse())
    with capture_logs() as lines:
        scheduler.turn()
        scheduler.turn()
    assert len(slots()) == 1
    failures = [line for line in lines if line["event"] == "slot not enqueued"]
    assert [line["entry"] for line in failures] == ["broken"]


def test_delayed_jobs_are_promoted_while_no_worker_runs(keeper, store, clock):
    store.run(jobs.enqueue(NewJob(task="t", id="late", kwargs={}, queue="q", delay_seconds=60)))
    leader, standby = keeper(), keeper()
    leader.turn()
    assert standby.turn() > 0.0
    clock.advance(60)
    assert standby.turn() == 0.0
    (status,) = store.run(queues.all_status())
    assert (status.waiting, status.delayed) == (1, 0)


def test_a_broker_that_is_away_is_logged_once(keeper):
    nowhere = keeper(pulse(), url=f"longshore://127.0.0.1:{free_port()}/0")
    with capture_logs() as lines:
        pauses = {nowhere.turn(), nowhere.turn()}
    assert pauses == {1.0}
    assert [line["event"] for line in lines] == ["broker unavailable"]
    assert not nowhere.leading


def test_a_signal_in_the_middle_of_a_round_leaves_the_leadership_to_the_end_of_it(
    valkey, store, slots, away
):
    def signalled() -> None:
        scheduler.close()
        held.append(store.run(schedules.overview()).leader is not None)
        raise SystemExit

    held: list[bool] = []
    app = Celery("scheduled", broker=valkey.url, set_as_current=False)
    app.conf.beat_schedule = {"pulse": pulse(args=(BeatLazyFunc(signalled),))}
    first = LongshoreScheduler(app)
    first.tick()
    first.close()
    away(HOUR + 1)
    scheduler = LongshoreScheduler(app)
    with pytest.raises(SystemExit):
        scheduler.tick()
    scheduler.close()
    assert held == [True]
    assert store.run(schedules.overview()).leader is None
    assert slots() == []


def test_the_beat_scheduler_turns_writes_its_tick_and_leaves_nothing(
    valkey, store, tmp_path, monkeypatch
):
    tick = tmp_path / "tick"
    monkeypatch.setenv("LONGSHORE_SCHEDULER_TICK_FILE", str(tick))
    app = Celery("scheduled", broker=valkey.url, set_as_current=False)
    scheduler = LongshoreScheduler(app)
    assert 0 <= scheduler.tick() <= 1
    assert json.loads(tick.read_text())["leading"] is True
    scheduler.close()
    scheduler.close()
    assert not tick.exists()
    assert store.run(schedules.overview()).leader is None
