"""Scenario 1: a loaded worker is killed with SIGKILL, all of it, again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice

from longshore.prove import places
from longshore.prove.abreast import Shared, abreast
from longshore.prove.arm import Arm
from longshore.prove.counting import Counting
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.load import shown, until_at_work, wait_for_room
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.verdict import hit_again, recoveries, starts_of, unexplained
from longshore.prove.waiting import pause

LEASE_SECONDS = 2.0
POOLS = (Pool("prefork"), Pool("threads"), Pool("solo", 1), Pool("longshore"))
#: Who takes over must have room at once, since it is the lease that is measured.
SURVIVORS = {
    "prefork": (Pool("prefork", 4),),
    "threads": (Pool("threads", 4),),
    "solo": (Pool("solo", 1),) * 3,
    "longshore": (Pool("longshore", 4),),
}
#: seconds that a job takes -> how many are enqueued for one kill
BURSTS = {0.5: 6, 0.0: 200, 0.02: 40}
#: Kills come within this share of a job's time, to hit it.
WITHIN = 0.9
DRAIN_SECONDS = 60.0
#: Victims of one stage that live at the same time.
LANES = 2
#: At most, when none has hit a job.
MORE_KILLS = 5
#: With so many kills one job may be hit again and again, and scenario 6 is about what then happens.
OPTIONS = {"max_deliveries": 50}


@dataclass(slots=True)
class Kills:
    """What the kills of one stage did."""

    at: dict[str, float] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)


def run(run: Run) -> Iterator[Finding]:
    """Every pool under Longshore, side by side; stock Celery's prefork until it loses a job."""
    if run.arm is Arm.STOCK:
        yield _stock(run)
        return
    shares = run.shares(len(POOLS), full=1000, short=12)
    counting = Counting(run, sum(shares), "kills")
    works = [
        partial(_longshore, run, pool, list(islice(cycle(BURSTS), share)), counting)
        for pool, share in zip(POOLS, shares, strict=True)
        if share
    ]
    yield from abreast(works, len(works))


def _longshore(run: Run, pool: Pool, durations: list[float], counting: Counting) -> Finding:
    with Stage(run, lease_seconds=LEASE_SECONDS, options=OPTIONS) as stage:
        kills = Kills()
        _kill_all(stage, pool, durations, kills, counting)
        _kill_until_one_hits(stage, pool, kills, counting)
        drained = stage.drained(DRAIN_SECONDS)
        return _judged(stage, pool, kills, drained, shown(durations))


def _kill_until_one_hits(stage: Stage, pool: Pool, kills: Kills, counting: Counting) -> None:
    """A few kills may all have missed, which shows nothing; unless so many were asked for."""
    for _ in range(0 if stage.run.options.count else MORE_KILLS):
        if any(kills.held.values()) or stage.is_over:
            return
        _kill_all(stage, pool, [max(BURSTS)], kills, counting)


def _stock(run: Run) -> Finding:
    """The loss is a matter of chance, so kills go on until one is seen or enough were tried."""
    most = run.count(full=150, short=40)
    pool, counting = Pool("prefork"), Counting(run, most, "kills at most")
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        kills = Kills()
        while len(kills.at) < most and not _lost(stage):
            _kill_all(stage, pool, [0.0] * LANES, kills, counting)
        count = stage.count()
        wrong = Wrongs()
        wrong.when(count.lost, f"{len(count.lost)} accepted jobs are in no place", known=True)
        return wrong.on(Finding(
            variant="prefork, until it loses one", lease_seconds=LEASE_SECONDS,
            faults=len(kills.at), seconds=stage.elapsed_seconds,
        ).counting(count))  # fmt: skip


def _lost(stage: Stage) -> bool:
    """With every worker dead nothing moves, so that a job in no place is lost."""
    for member in stage.members:
        member.kill()
    return bool(stage.count().lost)


def _kill_all(
    stage: Stage, pool: Pool, durations: list[float], kills: Kills, counting: Counting
) -> None:
    """One kill for each duration; other workers of the same pool live through all of them."""
    survivors = [stage.member("survivor", survivor) for survivor in SURVIVORS[pool.name]]
    stage.wait_until_ready(*survivors)
    dealt = Shared(enumerate(durations, start=len(kills.at)))
    lane = partial(_kill_in_turn, stage, pool, dealt, kills, counting)
    lanes = min(LANES, len(durations))
    abreast([lane] * lanes, lanes)


def _kill_in_turn(
    stage: Stage, pool: Pool, dealt: Shared[tuple[int, float]], kills: Kills, counting: Counting
) -> None:
    """The next victim starts while this one works and the last one's jobs wait for their lease."""
    following = stage.member("victim", pool)
    for number, seconds in dealt:
        victim, following = following, stage.member("victim", pool)
        stage.wait_until_ready(victim)
        _kill_one(stage, victim, seconds, kills, number)
        counting.one_more()
        if stage.is_over:
            return


def _kill_one(stage: Stage, victim: Member, seconds: float, kills: Kills, number: int) -> None:
    chance = stage.run.random("kill", number, seconds)
    moment = chance.randrange(1, BURSTS[seconds] + 1)
    wait_for_room(stage)
    began_at = time.time()
    for _ in range(moment):
        stage.producer.try_work(seconds)
    until_at_work(stage, victim, seconds, began_at)
    pause(chance.uniform(0.0, seconds * WITHIN))
    kills.at[victim.name] = victim.kill()
    if stage.run.arm is Arm.LONGSHORE:
        kills.held[victim.name] = places.claimed_by(stage.server, victim.name)
    for _ in range(BURSTS[seconds] - moment):
        stage.producer.try_work(seconds)


def _judged(stage: Stage, pool: Pool, kills: Kills, drained: bool, durations: str) -> Finding:
    marks, count, wrong = stage.ledger.marks(), stage.count(), Wrongs()
    starts, limit = starts_of(marks), 2 * LEASE_SECONDS
    waits = [
        wait
        for member, at in kills.at.items()
        for job in kills.held[member]
        for wait in recoveries(starts, [job], member, at)
        if job not in hit_again(kills.at, kills.held, member, wait)
    ]
    again = unexplained(marks, kills.at, kills.held)
    wrong.when(count.lost, f"{len(count.lost)} accepted jobs lost")
    wrong.when(not drained, f"not everything finished, and nothing did for {DRAIN_SECONDS:g} s")
    wrong.when(again, f"{len(again)} jobs ran again that did not run at a kill")
    slow = [wait for wait in waits if wait > limit]
    wrong.when(slow, f"{len(slow)} of {len(waits)} recoveries took longer than {limit:g} s")
    hit = sum(bool(held) for held in kills.held.values())
    return wrong.on(Finding(
        variant=f"{pool.name}; jobs of {durations}", lease_seconds=LEASE_SECONDS,
        faults=len(kills.at), refused=places.refused(stage.server), recoveries=tuple(waits),
        seconds=stage.elapsed_seconds, missed="" if waits else "no kill hit a job",
        note=f"{hit} kills hit {len(waits)} claimed jobs",
    ).counting(count))  # fmt: skip
