"""Scenario 1: a loaded worker is killed with SIGKILL, all of it, again and again."""

from __future__ import annotations

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
from longshore.prove.verdict import at_risk, recoveries

LEASE_SECONDS = 2.0
POOLS = (Pool("prefork"), Pool("threads"), Pool("solo", 1), Pool("longshore"))
#: seconds that a job takes -> how many are enqueued for one kill; little enough to leave the
#: survivors room, since it is the lease that is measured and not their load
BURSTS = {0.0: 200, 0.02: 40, 0.5: 6}
DRAIN_SECONDS = 60.0


@dataclass(slots=True)
class Kills:
    """What the kills of one stage did."""

    at: dict[str, float] = field(default_factory=dict)
    recoveries: list[float] = field(default_factory=list)
    held: dict[str, set[str]] = field(default_factory=dict)


def run(run: Run) -> Iterator[Finding]:
    """Every pool under Longshore; for stock Celery the prefork pool until it loses a job."""
    if run.arm is Arm.STOCK:
        yield _stock(run)
        return
    for pool in POOLS:
        yield _longshore(run, pool)


def _durations(run: Run) -> list[float]:
    """How long the jobs around each kill take; a short run leaves out those between."""
    each = run.count(full=1000, short=8) // (len(POOLS) * len(BURSTS))
    if each:
        return [seconds for seconds in BURSTS for _ in range(each)]
    return [min(BURSTS), max(BURSTS)]


def _longshore(run: Run, pool: Pool) -> Finding:
    durations = _durations(run)
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        kills = _kill_all(stage, pool, durations)
        drained = stage.drained(DRAIN_SECONDS)
        return _judged(stage, pool, kills, drained, shown(durations))


def _stock(run: Run) -> Finding:
    """The loss is a matter of chance, so kills go on until one is seen or enough were tried."""
    most = run.count(full=150, short=40)
    pool = Pool("prefork")
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        kills = Kills()
        while len(kills.at) < most and not _lost(stage):
            more = _kill_all(stage, pool, [0.0, 0.0], first=len(kills.at))
            kills.at.update(more.at)
        count = stage.count()
        wrong = (f"{len(count.lost)} accepted jobs are in no place",) if count.lost else ()
        return Finding(
            variant="prefork, until it loses one", lease_seconds=LEASE_SECONDS,
            faults=len(kills.at), wrong=wrong, seconds=stage.elapsed_seconds,
        ).counting(count)  # fmt: skip


def _lost(stage: Stage) -> bool:
    """With every worker dead nothing moves, so that a job in no place is lost."""
    for member in stage.members:
        member.kill()
    return bool(stage.count().lost)


def _kill_all(stage: Stage, pool: Pool, durations: list[float], first: int = 0) -> Kills:
    """One kill for each duration; another worker of the same pool lives through all of them."""
    kills = Kills()
    survivors = [stage.member("survivor", pool) for _ in range(2 if pool.slots == 1 else 1)]
    victim = stage.member("victim", pool)
    stage.wait_until_ready(*survivors)
    for number, seconds in enumerate(durations):
        stage.wait_until_ready(victim)
        _kill_one(stage, victim, seconds, kills, number + first)
        stage.run.say(f"{pool.name}: {number + 1 + first} kills")
        if number + 1 < len(durations):
            victim = stage.member("victim", pool)
    return kills


def _kill_one(stage: Stage, victim: Member, seconds: float, kills: Kills, number: int) -> None:
    chance = stage.run.random("kill", number, seconds)
    moment = chance.randrange(1, BURSTS[seconds] + 1)
    for _ in range(moment):
        stage.producer.work(seconds)
    until_at_work(stage, victim, seconds)
    time.sleep(chance.uniform(0.0, seconds))  # the moment of the kill within a job's time
    kills.at[victim.name] = victim.kill()
    if stage.run.arm is Arm.LONGSHORE:
        kills.held[victim.name] = places.claimed_by(stage.server, victim.name)
    for _ in range(BURSTS[seconds] - moment):
        stage.producer.work(seconds)


def _judged(stage: Stage, pool: Pool, kills: Kills, drained: bool, durations: str) -> Finding:
    marks, count, wrong = stage.ledger.marks(), stage.count(), Wrongs()
    waits = [
        wait
        for member, at in kills.at.items()
        for wait in recoveries(marks, kills.held[member], member, at)
    ]
    unexplained = count.started_again - at_risk(marks, kills.at)
    wrong.when(count.lost, f"{len(count.lost)} accepted jobs lost")
    wrong.when(not drained, f"not everything finished within {DRAIN_SECONDS:g} s")
    wrong.when(unexplained, f"{len(unexplained)} jobs ran again that did not run at a kill")
    limit = 2 * LEASE_SECONDS
    wrong.when(waits and max(waits) > limit, f"a recovery took longer than {limit:g} s")
    return Finding(
        variant=f"{pool.name}; jobs of {durations}", lease_seconds=LEASE_SECONDS,
        faults=len(kills.at), refused=places.refused(stage.server), recoveries=tuple(waits),
        wrong=tuple(wrong.found), seconds=stage.elapsed_seconds,
    ).counting(count)  # fmt: skip
