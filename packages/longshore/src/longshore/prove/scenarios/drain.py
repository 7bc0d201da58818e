"""Scenario 2: a loaded worker is asked to stop with SIGTERM, again and again."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from longshore.prove import places
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.load import shown, until_at_work
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage

LEASE_SECONDS = 2.0
POOLS = (Pool("prefork"), Pool("threads"), Pool("solo", 1), Pool("longshore"))
#: seconds that a job takes -> how many are enqueued for one drain
BURSTS = {0.0: 100, 0.02: 40, 0.5: 6}
#: The longest job and what else a worker does at its end, on a busy machine.
DRAIN_LIMIT_SECONDS = 15.0
REST_SECONDS = 60.0


@dataclass(slots=True)
class Drains:
    """What the drains of one stage did; seconds that each took."""

    seconds: list[float] = field(default_factory=list)
    hung: int = 0
    codes: set[int] = field(default_factory=set)


def run(run: Run) -> Iterator[Finding]:
    """Every pool that the arm has."""
    for pool in POOLS:
        if run.arm is Arm.LONGSHORE or pool.name != "longshore":
            yield _drain_pool(run, pool)


def _durations(run: Run, pool: Pool) -> list[float]:
    """How long the jobs of each drain take; a short run leaves two of three out, in turn."""
    each = run.count(full=1000, short=4) // (len(POOLS) * len(BURSTS))
    if each:
        return [seconds for seconds in BURSTS for _ in range(each)]
    return [list(BURSTS)[POOLS.index(pool) % len(BURSTS)]]


def _drain_pool(run: Run, pool: Pool) -> Finding:
    durations = _durations(run, pool)
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        survivor, victim = stage.member("survivor", pool), stage.member("victim", pool)
        stage.wait_until_ready(survivor)
        drains = Drains()
        for number, seconds in enumerate(durations):
            stage.wait_until_ready(victim)
            last = number + 1 == len(durations)
            following = victim if last else stage.member("victim", pool)
            _drain_one(stage, victim, seconds, drains, number)
            stage.run.say(f"{pool.name}: {number + 1} drains")
            victim = following
        drained = stage.drained(REST_SECONDS)
        return _judged(stage, pool, durations, drains, drained)


def _drain_one(stage: Stage, victim: Member, seconds: float, drains: Drains, number: int) -> None:
    chance = stage.run.random("drain", number, seconds)
    moment = chance.randrange(1, BURSTS[seconds] + 1)
    for _ in range(moment):
        stage.producer.work(seconds)
    until_at_work(stage, victim, seconds)
    began = time.monotonic()
    victim.tell(signal.SIGTERM)
    for _ in range(BURSTS[seconds] - moment):
        stage.producer.work(seconds)
    code = victim.wait(DRAIN_LIMIT_SECONDS)
    drains.seconds.append(time.monotonic() - began)
    if code is None:
        drains.hung += 1
        victim.kill()
    else:
        drains.codes.add(code)


def _judged(
    stage: Stage, pool: Pool, durations: list[float], drains: Drains, drained: bool
) -> Finding:
    count, wrong = stage.count(), Wrongs()
    wrong.when(count.lost, f"{len(count.lost)} accepted jobs lost")
    wrong.when(count.started_again, f"{len(count.started_again)} jobs ran twice")
    wrong.when(drains.hung, f"{drains.hung} workers hung for {DRAIN_LIMIT_SECONDS:g} s")
    wrong.when(drains.codes - {0}, f"exit codes {sorted(drains.codes - {0})}")
    wrong.when(not drained, f"not everything finished within {REST_SECONDS:g} s")
    if stage.run.arm is Arm.LONGSHORE:
        counted = places.counted_twice(stage.server, count.accepted)
        wrong.when(counted, f"{counted} jobs have a drain counted as an attempt")
    slowest = max(drains.seconds, default=0.0)
    return Finding(
        variant=f"{pool.name}; jobs of {shown(durations)}", lease_seconds=LEASE_SECONDS,
        faults=len(drains.seconds), wrong=tuple(wrong.found), seconds=stage.elapsed_seconds,
        note=f"slowest drain {slowest:.1f} s",
    ).counting(count)  # fmt: skip
