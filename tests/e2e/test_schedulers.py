"""Two schedulers: one leads, the other takes over, and no slot is lost or done twice."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

import pytest

from longshore.store import Store, queues, schedules
from longshore.store.schedules import ScheduleStatus
from support.cluster import Watch, kubectl, pods, scale, staying
from support.until import until

pytestmark = pytest.mark.timeout(600)
KILLS = 10
SLOT_SECONDS = 2
ENTRY, QUEUE = "tick", "ticks"


@pytest.fixture(autouse=True)
def one_again() -> Generator[None]:
    """One scheduler afterwards."""
    yield
    scale("scheduler", 1)


def leader(store: Store) -> str:
    found = store.run(schedules.overview()).leader
    return found.identity.partition(":")[0] if found else ""


def entry(store: Store) -> ScheduleStatus:
    (found,) = [one for one in store.run(schedules.overview()).entries if one.name == ENTRY]
    return found


class Standing(NamedTuple):
    """The last slot, and the jobs on the queue, which nobody serves."""

    slot: float
    jobs: int
    missed: int


def standing(store: Store) -> Standing:
    """Stop the schedulers and look."""
    scale("scheduler", 0)
    until(lambda: not pods("scheduler"), 60)
    found = entry(store)
    (queue,) = [one for one in store.run(queues.all_status()) if one.queue == QUEUE]
    return Standing(found.last_slot or 0.0, queue.waiting, found.missed)


def kill_leader(store: Store) -> float:
    """Kill it as a crash would; returns how long there was no other."""
    victim = until(lambda: leader(store), 30)
    until(lambda: len([pod for pod in staying("scheduler") if pod.ready]) == 2, 60)
    watch = Watch()
    kubectl("delete", "pod", victim, "--force", "--grace-period=0")
    until(lambda: leader(store) not in {"", victim}, 60)
    return watch.seconds


def test_each_slot_is_enqueued_once_though_leaders_die(store: Store, figure: Any) -> None:
    until(lambda: entry(store).enqueued > 0, 60)
    before = standing(store)
    scale("scheduler", 2)
    slowest = max(kill_leader(store) for _ in range(KILLS))
    last = entry(store).enqueued
    until(lambda: entry(store).enqueued > last + 2, 30)
    after = standing(store)
    slots, jobs = round((after.slot - before.slot) / SLOT_SECONDS), after.jobs - before.jobs
    figure(
        f"two schedulers, the leader killed {KILLS} times, a slot every {SLOT_SECONDS} s",
        f"{slots} slots, {jobs} jobs, {after.missed} missed; another leads after at most"
        f" {slowest:.0f} s (lease 5 s)",
    )
    assert (jobs, after.missed) == (slots, before.missed)
