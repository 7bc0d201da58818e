"""Real ``celery beat`` processes on a real broker, killed and paused: each slot once."""

from __future__ import annotations

import signal
from datetime import timedelta
from itertools import pairwise

import pytest

from longshore.testing.server import ValkeyServer
from support.until import until

LEASE_SECONDS = 2.0
STEP = timedelta(milliseconds=200)
PULSE = {
    "pulse": {
        "task": "test.pulse",
        "schedule": STEP.total_seconds(),
        "options": {"catch_up": "all"},
    }
}


def assert_each_slot_once(due):
    assert len(due) > 1
    assert {later - earlier for earlier, later in pairwise(due)} == {STEP}


def test_two_schedulers_enqueue_each_slot_once(start_beat, clock, slots):
    first, second = start_beat(PULSE), start_beat()
    until(lambda: "standing by" in first.output + second.output)
    for _ in range(4):
        before = len(slots())
        clock.advance(1)
        until(lambda before=before: len(slots()) >= before + 5)
    assert first.terminate() == second.terminate() == 0
    assert_each_slot_once(slots())


def test_another_follows_a_killed_leader_and_no_slot_is_lost(start_beat, clock, slots, leader_pid):
    beats = [start_beat(PULSE), start_beat()]
    until(lambda: any("standing by" in beat.output for beat in beats))
    until(lambda: len(slots()) >= 3)
    leader = next(beat for beat in beats if beat.pid == leader_pid())
    leader.kill()
    enqueued = len(slots())
    clock.advance(LEASE_SECONDS)
    until(lambda: leader_pid() not in {None, leader.pid})
    until(lambda: len(slots()) >= enqueued + LEASE_SECONDS / STEP.total_seconds())
    assert_each_slot_once(slots())


def test_a_leader_that_was_paused_past_its_lease_doubles_nothing(
    start_beat, clock, slots, leader_pid
):
    beats = [start_beat(PULSE), start_beat()]
    until(lambda: any("standing by" in beat.output for beat in beats))
    paused = next(beat for beat in beats if beat.pid == leader_pid())
    paused.process.send_signal(signal.SIGSTOP)
    clock.advance(LEASE_SECONDS)
    until(lambda: leader_pid() not in {None, paused.pid})
    paused.process.send_signal(signal.SIGCONT)
    until(lambda: "standing by" in paused.output)
    enqueued = len(slots())
    until(lambda: len(slots()) >= enqueued + 5)
    assert_each_slot_once(slots())


def test_a_restart_keeps_the_phase_of_an_interval(start_beat, slots):
    entry = PULSE["pulse"] | {"options": {"catch_up": "last"}}
    first = start_beat({"pulse": entry})
    until(lambda: len(slots()) >= 2)
    first.terminate()
    before = slots()
    start_beat()
    until(lambda: len(slots()) >= len(before) + 2)
    gaps = {(later - earlier) % STEP for earlier, later in pairwise(slots())}
    assert gaps == {timedelta()}


def test_sigterm_gives_the_leadership_up_at_once(start_beat, leader_pid, tmp_path):
    tick = tmp_path / "tick"
    beat = start_beat(PULSE, LONGSHORE_SCHEDULER_TICK_FILE=str(tick))
    until(lambda: leader_pid() == beat.pid and tick.exists())
    assert beat.terminate() == 0
    assert leader_pid() is None
    assert not tick.exists()
    assert "leadership given up" in beat.output


def test_a_broker_that_dies_and_returns_is_two_lines_and_no_lost_slot(start_beat):
    with ValkeyServer() as own:
        beat = start_beat(PULSE, url=own.url)
        until(lambda: "slot enqueued" in beat.output)
        own.kill()
        until(lambda: "broker unavailable" in beat.output)
        own.start()
        until(lambda: "broker available again" in beat.output)
        told = len(beat.output.split("slot enqueued"))
        until(lambda: len(beat.output.split("slot enqueued")) > told)
        assert beat.terminate() == 0
    assert beat.output.count("broker unavailable") == 1
    assert "Traceback" not in beat.output


def test_it_stops_soon_while_the_broker_hangs(start_beat):
    with ValkeyServer() as own:
        beat = start_beat(PULSE, url=own.url)
        until(lambda: "slot enqueued" in beat.output)
        own.pause()
        try:
            until(lambda: "broker unavailable" in beat.output)
            assert beat.terminate() == 0
        finally:
            own.resume()
    assert "leadership left to run out" in beat.output


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ({"task": "t", "schedule": 0}, "schedule entry 'pulse': its schedule must be"),
        ({"task": "t"}, "schedule entry 'pulse': give it a task and a schedule"),
    ],
)
def test_a_wrong_entry_stops_the_start_with_one_line(start_beat, entry, line):
    beat = start_beat({"pulse": entry})
    assert beat.process.wait(60) == 2
    assert line in beat.output
    assert "Traceback" not in beat.output


def test_an_app_without_structlog_has_the_lines_in_celerys_log(start_beat):
    beat = start_beat(PULSE)
    until(lambda: "slot enqueued" in beat.output)
    assert "INFO/MainProcess] event='leading'" in beat.output
