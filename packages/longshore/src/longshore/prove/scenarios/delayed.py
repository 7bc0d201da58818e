"""Scenario 7: many delayed jobs wait; all workers and the scheduler are killed meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psutil

from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.ledger import Kind
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.verdict import percentile, starts_of, unexplained
from longshore.prove.waiting import holds, pause

LEASE_SECONDS = 2.0
#: Enqueued at once before the others, to see how fast one producer is here.
SAMPLE = 200
#: How much longer than that the rest may take before the first is due.
RESERVE = 1.3
DUE_PER_SECOND = 200
KILLS = 3
#: Fewer show how stock Celery fails.
FULL = {Arm.LONGSHORE: 50_000, Arm.STOCK: 10_000}
LATE_SECONDS = 2.0
GROWTH_MIB = 20.0
MIB = 1024 * 1024
PATIENCE_SECONDS = 90.0
#: A killed scheduler's leadership ends with its lease; then the next slot is due within a second.
SCHEDULED_SECONDS = 10.0
#: The clocks of client and broker are one here, but not read at the same instant.
EARLY_SECONDS = 0.005


@dataclass(slots=True)
class Waiting:
    """What is measured while jobs wait. ``away`` are the times in which no worker lived."""

    due: dict[str, float] = field(default_factory=dict)
    away: list[tuple[float, float]] = field(default_factory=list)
    killed: dict[str, float] = field(default_factory=dict)
    rss_before_mib: float = 0.0
    rss_most_mib: float = 0.0


@dataclass(slots=True)
class Fleet:
    """Two workers and a scheduler."""

    workers: list[Member]
    scheduler: Member

    def kill(self) -> dict[str, float]:
        """Ends all of it; when each worker was."""
        self.scheduler.kill()
        return {member.name: member.kill() for member in self.workers}

    def rss_mib(self) -> float:
        """The largest main process of a worker."""
        return max(psutil.Process(one.pid).memory_info().rss for one in self.workers) / MIB


def run(run: Run) -> Iterator[Finding]:
    """One prefork and, under Longshore, one longshore worker."""
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        pools = (Pool("prefork"), Pool("longshore" if run.arm is Arm.LONGSHORE else "prefork"))
        fleet = _start(stage, pools)
        waiting = Waiting(rss_before_mib=fleet.rss_mib())
        _enqueue(stage, waiting, run.count(full=FULL[run.arm], short=2_000))
        fleet = _wait_and_kill(stage, waiting, fleet, pools)
        scheduled = _scheduled_again(stage, waiting)
        drained = stage.drained(PATIENCE_SECONDS)
        waiting.rss_most_mib = max(waiting.rss_most_mib, fleet.rss_mib())
        fleet.scheduler.kill()
        yield _judged(stage, waiting, drained, scheduled)


def _start(stage: Stage, pools: tuple[Pool, ...]) -> Fleet:
    fleet = Fleet([stage.member("worker", pool) for pool in pools], stage.scheduler())
    stage.wait_until_ready(*fleet.workers)
    return fleet


def _scheduled_again(stage: Stage, waiting: Waiting) -> bool:
    """Waits until a slot's job has run that was enqueued after the last kill, or patience ends."""
    (_, back_at), accepted = waiting.away[-1], stage.producer.accepted

    def ticked() -> bool:
        starts = stage.ledger.of(Kind.START)
        return any(one.at > back_at and one.subject not in accepted for one in starts)

    return holds(ticked, max(back_at + SCHEDULED_SECONDS - time.time(), 0.0))


def _enqueue(stage: Stage, waiting: Waiting, number: int) -> None:
    first = time.time() + number / _enqueued_per_second(stage) * RESERVE + 1.0
    for index in range(number):
        due = first + index / DUE_PER_SECOND
        job = stage.producer.work(0.0, eta=datetime.fromtimestamp(due, UTC))
        waiting.due[job] = due
        if index % 1000 == 0:
            stage.run.say(f"{index} of {number} delayed jobs enqueued")


def _enqueued_per_second(stage: Stage) -> float:
    began = time.monotonic()
    for _ in range(SAMPLE):
        stage.producer.work(0.0)
    return SAMPLE / (time.monotonic() - began)


def _wait_and_kill(stage: Stage, waiting: Waiting, fleet: Fleet, pools: tuple[Pool, ...]) -> Fleet:
    """The first kill comes before anything is due, the others while jobs come due."""
    first, last = min(waiting.due.values()), max(waiting.due.values())
    moments = [first + (last - first) * number / KILLS for number in range(1, KILLS)]
    for moment in (time.time(), *moments):
        while time.time() < moment:
            pause(0.1)
            waiting.rss_most_mib = max(waiting.rss_most_mib, fleet.rss_mib())
            done = len(stage.ledger.subjects(Kind.FINISH))
            stage.run.say(f"{done} of {len(waiting.due)} delayed jobs done")
        fleet = _kill_all(stage, waiting, fleet, pools)
    return fleet


def _kill_all(stage: Stage, waiting: Waiting, fleet: Fleet, pools: tuple[Pool, ...]) -> Fleet:
    waiting.rss_most_mib = max(waiting.rss_most_mib, fleet.rss_mib())
    gone_at = time.time()
    waiting.killed |= fleet.kill()
    fleet = _start(stage, pools)
    waiting.away.append((gone_at, time.time()))
    return fleet


def lateness(started_at: float, due: float, away: list[tuple[float, float]]) -> float:
    """Seconds from when a job could have been started: it was due, and a worker lived."""
    for gone_at, back_at in away:
        if gone_at <= due < back_at:
            due = back_at
    return started_at - due


def _judged(stage: Stage, waiting: Waiting, drained: bool, scheduled: bool) -> Finding:
    marks, count, wrong = stage.ledger.marks(), stage.count(), Wrongs()
    starts = {job: marks[0].at for job, marks in starts_of(marks).items() if job in waiting.due}
    early = [job for job, at in starts.items() if at < waiting.due[job] - EARLY_SECONDS]
    late = [lateness(at, waiting.due[job], waiting.away) for job, at in starts.items()]
    tardy = sum(stage.producer.accepted[job] > due for job, due in waiting.due.items())
    again = unexplained(marks, waiting.killed)
    growth = waiting.rss_most_mib - waiting.rss_before_mib
    p99 = percentile(late, 0.99)
    wrong.when(count.lost, f"{len(count.lost)} jobs lost", known=True)
    wrong.when(not drained, f"not everything finished within {PATIENCE_SECONDS:g} s")
    wrong.when(tardy, f"{tardy} jobs were due before they were enqueued: no fair measure")
    wrong.when(early, f"{len(early)} jobs were early")
    wrong.when(p99 > LATE_SECONDS, f"lateness p99 {p99:.1f} s", known=True)
    again_text = f"{len(again)} jobs ran again that did not run at a kill"
    wrong.when(again, again_text, known=True)
    wrong.when(growth > GROWTH_MIB, f"a worker grew by {growth:.0f} MiB")
    wrong.when(not scheduled, f"no slot was enqueued within {SCHEDULED_SECONDS:g} s of the return")
    return wrong.on(Finding(
        variant=f"{len(waiting.due)} delayed jobs, all workers and the scheduler killed",
        faults=KILLS, lease_seconds=LEASE_SECONDS, seconds=stage.elapsed_seconds,
        note=f"lateness p50 {percentile(late, 0.5):.2f} s, p99 {p99:.2f} s;"
        f" RSS of a main process +{growth:.0f} MiB",
    ).counting(count))  # fmt: skip
