"""Scenario 2: a loaded worker is asked to stop with SIGTERM, again and again."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
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
from longshore.prove.scenarios import drain_limit
from longshore.prove.stage import Stage
from longshore.prove.waiting import holds

LEASE_SECONDS = 2.0
POOLS = (Pool("prefork"), Pool("threads"), Pool("solo", 1), Pool("longshore"))
#: seconds that a job takes -> how many are enqueued for one drain
BURSTS = {0.0: 100, 0.02: 40, 0.5: 6}
#: Told to the workers; the longest job and what else one does at its end, on a busy machine.
DRAIN_LIMIT_SECONDS = 10.0
OPTIONS = {"drain_seconds": DRAIN_LIMIT_SECONDS}
MARGIN_SECONDS = 2.0
#: What a worker started may end with it, but no later than this.
LEFT_SECONDS = 2.0
REST_SECONDS = 60.0
#: What stock Celery lost does not come back.
STOCK_REST_SECONDS = 15.0
AT_ONCE = 4
#: Workers of one stage that are drained at the same time; most of a drain is waiting.
LANES = {"prefork": 3, "threads": 2, "solo": 2, "longshore": 2}


@dataclass(slots=True)
class Drains:
    """What the drains of one stage did; seconds that each took."""

    seconds: list[float] = field(default_factory=list)
    hung: int = 0
    left_behind: int = 0
    codes: set[int] = field(default_factory=set)


def run(run: Run) -> Iterator[Finding]:
    """Every pool that the arm has, side by side; stock Celery only to be compared."""
    stock = run.arm is Arm.STOCK
    pools = POOLS[:-1] if stock else POOLS
    full, short = (120, 0) if stock else (1000, 8)
    shares = run.shares(len(pools), full=full, short=short)
    counting = Counting(run, sum(shares), "drains")
    works: list[Callable[[], Finding]] = [
        partial(_drain_pool, run, pool, _durations(pool, share), counting)
        for pool, share in zip(pools, shares, strict=True)
        if share
    ]
    works += drain_limit.works(run)
    yield from abreast(works, AT_ONCE)


def _durations(pool: Pool, share: int) -> list[float]:
    """How long the jobs of each drain take; the pools begin at different ones."""
    first = POOLS.index(pool)
    return list(islice(cycle(BURSTS), first, first + share))


def _drain_pool(run: Run, pool: Pool, durations: list[float], counting: Counting) -> Finding:
    with Stage(run, lease_seconds=LEASE_SECONDS, options=OPTIONS) as stage:
        survivor, drains = stage.member("survivor", pool), Drains()
        stage.wait_until_ready(survivor)
        dealt, lanes = Shared(enumerate(durations)), min(LANES[pool.name], len(durations))
        abreast([partial(_drain_in_turn, stage, pool, dealt, drains, counting)] * lanes, lanes)
        drained = stage.drained(REST_SECONDS if run.arm is Arm.LONGSHORE else STOCK_REST_SECONDS)
        return _judged(stage, pool, durations, drains, drained)


def _drain_in_turn(
    stage: Stage, pool: Pool, dealt: Shared[tuple[int, float]], drains: Drains, counting: Counting
) -> None:
    for number, seconds in dealt:
        victim = stage.member("victim", pool)
        stage.wait_until_ready(victim)
        _drain_one(stage, victim, seconds, drains, number)
        counting.one_more()
        if stage.is_over:
            return


def _drain_one(stage: Stage, victim: Member, seconds: float, drains: Drains, number: int) -> None:
    chance = stage.run.random("drain", number, seconds)
    moment = chance.randrange(1, BURSTS[seconds] + 1)
    wait_for_room(stage)
    began_at = time.time()
    for _ in range(moment):
        stage.producer.try_work(seconds)
    until_at_work(stage, victim, seconds, began_at)
    began = time.monotonic()
    victim.tell(signal.SIGTERM)
    for _ in range(BURSTS[seconds] - moment):
        stage.producer.try_work(seconds)
    code = victim.wait(DRAIN_LIMIT_SECONDS + MARGIN_SECONDS)
    drains.seconds.append(time.monotonic() - began)
    if code is None:
        drains.hung += 1
    else:
        drains.codes.add(code)
        drains.left_behind += not holds(lambda: not victim.left_behind(), LEFT_SECONDS)
    victim.kill()


def _judged(
    stage: Stage, pool: Pool, durations: list[float], drains: Drains, drained: bool
) -> Finding:
    count, wrong = stage.count(), Wrongs()
    wrong.when(count.lost, f"{len(count.lost)} accepted jobs lost")
    wrong.when(count.started_again, f"{len(count.started_again)} jobs ran twice")
    wrong.when(drains.hung, f"{drains.hung} workers did not end within their limit", known=True)
    wrong.when(drains.left_behind, f"{drains.left_behind} workers left processes behind")
    wrong.when(drains.codes - {0}, f"exit codes {sorted(drains.codes - {0})}")
    wrong.when(not drained, f"not everything finished, and nothing did for {REST_SECONDS:g} s")
    if stage.run.arm is Arm.LONGSHORE:
        counted = places.counted_twice(stage.server, count.accepted)
        wrong.when(counted, f"{counted} jobs have a drain counted as an attempt")
    slowest = max(drains.seconds, default=0.0)
    return wrong.on(Finding(
        variant=f"{pool.name}; jobs of {shown(durations)}", lease_seconds=LEASE_SECONDS,
        faults=len(drains.seconds), seconds=stage.elapsed_seconds,
        note=f"slowest drain {slowest:.1f} s of {DRAIN_LIMIT_SECONDS:g} s allowed",
    ).counting(count))  # fmt: skip
