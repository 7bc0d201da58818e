"""Scenario 7: many delayed jobs wait, and every worker is killed and started again meanwhile."""

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
from longshore.prove.verdict import at_risk, percentile

LEASE_SECONDS = 2.0
#: What one producer enqueues with Celery's own call, to leave enough time before the first is due.
ENQUEUED_PER_SECOND = 500
DUE_PER_SECOND = 200
KILLS = 3
LATE_SECONDS = 2.0
GROWTH_MIB = 20.0
MIB = 1024 * 1024
PATIENCE_SECONDS = 90.0
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


def run(run: Run) -> Iterator[Finding]:
    """One prefork and, under Longshore, one longshore worker."""
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        pools = (Pool("prefork"), Pool("longshore" if run.arm is Arm.LONGSHORE else "prefork"))
        fleet = _start(stage, pools)
        waiting = Waiting(rss_before_mib=_rss_mib(fleet))
        _enqueue(stage, waiting, run.count(full=50_000, short=2_000))
        fleet = _wait_and_kill(stage, waiting, fleet, pools)
        drained = stage.drained(PATIENCE_SECONDS)
        waiting.rss_most_mib = max(waiting.rss_most_mib, _rss_mib(fleet))
        yield _judged(stage, waiting, drained)


def _start(stage: Stage, pools: tuple[Pool, ...]) -> list[Member]:
    fleet = [stage.member("worker", pool) for pool in pools]
    stage.wait_until_ready(*fleet)
    return fleet


def _rss_mib(fleet: list[Member]) -> float:
    """The largest main process."""
    return max(psutil.Process(member.pid).memory_info().rss for member in fleet) / MIB


def _enqueue(stage: Stage, waiting: Waiting, number: int) -> None:
    first = time.time() + number / ENQUEUED_PER_SECOND + 1.0
    for index in range(number):
        due = first + index / DUE_PER_SECOND
        job = stage.producer.work(0.0, eta=datetime.fromtimestamp(due, UTC))
        waiting.due[job] = due
        if index % 1000 == 0:
            stage.run.say(f"{index} delayed jobs enqueued")


def _wait_and_kill(
    stage: Stage, waiting: Waiting, fleet: list[Member], pools: tuple[Pool, ...]
) -> list[Member]:
    """The first kill comes before anything is due, the others while jobs come due."""
    first, last = min(waiting.due.values()), max(waiting.due.values())
    moments = [first + (last - first) * number / KILLS for number in range(1, KILLS)]
    for moment in (time.time(), *moments):
        while time.time() < moment:
            time.sleep(0.1)
            waiting.rss_most_mib = max(waiting.rss_most_mib, _rss_mib(fleet))
        fleet = _kill_all(stage, waiting, fleet, pools)
    return fleet


def _kill_all(
    stage: Stage, waiting: Waiting, fleet: list[Member], pools: tuple[Pool, ...]
) -> list[Member]:
    waiting.rss_most_mib = max(waiting.rss_most_mib, _rss_mib(fleet))
    gone_at = time.time()
    waiting.killed |= {member.name: member.kill() for member in fleet}
    stage.run.say(f"{len(waiting.killed)} workers killed")
    fleet = _start(stage, pools)
    waiting.away.append((gone_at, time.time()))
    return fleet


def lateness(started_at: float, due: float, away: list[tuple[float, float]]) -> float:
    """Seconds from when a job could have been started: it was due, and a worker lived."""
    for gone_at, back_at in away:
        if gone_at <= due < back_at:
            due = back_at
    return started_at - due


def _judged(stage: Stage, waiting: Waiting, drained: bool) -> Finding:
    marks, count, wrong = stage.ledger.marks(), stage.count(), Wrongs()
    starts: dict[str, float] = {}
    for mark in marks:
        if mark.kind is Kind.START:
            starts.setdefault(mark.subject, mark.at)
    early = [job for job, at in starts.items() if at < waiting.due[job] - EARLY_SECONDS]
    late = [lateness(at, waiting.due[job], waiting.away) for job, at in starts.items()]
    again = count.started_again - at_risk(marks, waiting.killed)
    growth = waiting.rss_most_mib - waiting.rss_before_mib
    p99 = percentile(late, 0.99)
    wrong.when(count.lost, f"{len(count.lost)} jobs lost")
    wrong.when(not drained, f"not everything finished within {PATIENCE_SECONDS:g} s")
    wrong.when(early, f"{len(early)} jobs were early")
    wrong.when(p99 > LATE_SECONDS, f"lateness p99 {p99:.1f} s")
    wrong.when(again, f"{len(again)} jobs ran again that did not run at a kill")
    wrong.when(growth > GROWTH_MIB, f"a worker grew by {growth:.0f} MiB")
    return Finding(
        variant=f"{len(waiting.due)} delayed jobs, all workers killed", faults=KILLS,
        lease_seconds=LEASE_SECONDS, wrong=tuple(wrong.found), seconds=stage.elapsed_seconds,
        note=f"lateness p50 {percentile(late, 0.5):.2f} s, p99 {p99:.2f} s;"
        f" RSS of a main process +{growth:.0f} MiB",
    ).counting(count)  # fmt: skip
