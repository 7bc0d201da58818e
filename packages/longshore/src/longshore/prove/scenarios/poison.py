"""Scenario 6: a job kills its process, or its whole worker, whenever it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from longshore.errors import UnknownJob
from longshore.prove import places
from longshore.prove.abreast import abreast
from longshore.prove.arm import Arm
from longshore.prove.feeder import Feeder, Load
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.ledger import Kind, Mark
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.verdict import percentile, unexplained
from longshore.prove.waiting import holds, pause
from longshore.prove.work import POISON
from longshore.records import JobRecord
from longshore.store import Store, jobs

LEASE_SECONDS = 1.0
DELIVERIES = 3
#: Stock Celery hands a poison job out for ever; this many times is proof enough.
FOR_EVER = 10
SHORT_FOR_EVER = 5
PATIENCE_SECONDS = 40.0
#: The others flow for so long without it, and are looked at for so long after its end.
FLOW_SECONDS = 2.0
LOAD = Load(per_second=40.0, job_seconds=0.005, long_seconds=0.005)
#: Where one of a pool's two processes dies, the other and the other worker go on; where a whole
#: worker dies, what it had claimed waits for the lease.
RATE_SHARE = 0.8
COMPANIONS = 12
REST_SECONDS = 30.0
AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Poison:
    """What the poison job kills, and the pool that it runs in."""

    title: str
    pool: Pool
    whole_worker: bool


KINDS = (
    Poison("kills its pool child", Pool("prefork"), False),
    Poison("kills its pool child", Pool("longshore"), False),
    Poison("kills its process", Pool("threads"), False),
    Poison("kills its process", Pool("solo", 1), False),
    Poison("kills its whole worker", Pool("prefork"), True),
    Poison("kills its whole worker", Pool("longshore"), True),
)
STOCK_KINDS = (KINDS[0],)
SHORT_KINDS = (KINDS[1], KINDS[3], KINDS[4])


def run(run: Run) -> Iterator[Finding]:
    """Every kind of death; for stock Celery the one that its settings are meant for."""
    kinds = SHORT_KINDS if run.options.short else KINDS
    works = [
        partial(_on_stage, run, kind) for kind in (STOCK_KINDS if run.arm is Arm.STOCK else kinds)
    ]
    yield from abreast(works, AT_ONCE)


def _on_stage(run: Run, kind: Poison) -> Finding:
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        return _poison(stage, kind)


def _poison(stage: Stage, kind: Poison) -> Finding:
    fleet, flow = Fleet(stage, kind.pool), Flow()
    with Feeder(stage.producer, LOAD):
        holds(lambda: all(map(stage.has_started, fleet.members)), PATIENCE_SECONDS)
        flow.began_at = time.time()
        pause(FLOW_SECONDS)
        flow.poisoned_at = time.time()
        poison = _enqueue_with_companions(stage, kind)
        holds(lambda: _over(stage, fleet, poison), PATIENCE_SECONDS)
        flow.over_at = time.time()
        # What the last dead worker had claimed is done only now, and is part of the flow.
        holds(lambda: _has_flowed(fleet, flow), FLOW_SECONDS + 1.0)
        flow.ended_at = time.time()
    drained = holds(lambda: _rest_done(stage, fleet), REST_SECONDS)
    return _judged(stage, kind, poison, fleet, flow, drained)


def _has_flowed(fleet: Fleet, flow: Flow) -> bool:
    fleet.replace_dead()
    return time.time() > flow.over_at + FLOW_SECONDS


def _enqueue_with_companions(stage: Stage, kind: Poison) -> str:
    """The poison job with others close behind it, which its worker claims together with it."""
    poison = stage.producer.enqueue(POISON, kind.whole_worker)
    del stage.producer.accepted[poison]
    for _ in range(COMPANIONS):
        stage.producer.work(LOAD.job_seconds)
    return poison


@dataclass(slots=True)
class Flow:
    """When what happened, seconds since the epoch."""

    began_at: float = 0.0
    poisoned_at: float = 0.0
    over_at: float = 0.0
    ended_at: float = 0.0

    def rates(self, marks: Sequence[Mark]) -> tuple[float, float]:
        """Jobs finished in a second without the poison job, and while it was about."""
        return (
            rate(marks, self.began_at, self.poisoned_at),
            rate(marks, self.poisoned_at, self.ended_at),
        )


def rate(marks: Sequence[Mark], since: float, until: float) -> float:
    """Jobs finished in a second."""
    done = sum(mark.kind is Kind.FINISH and since <= mark.at < until for mark in marks)
    return done / max(until - since, 1e-6)


class Fleet:
    """Two workers; a dead one is started again at once, as an orchestrator does."""

    def __init__(self, stage: Stage, pool: Pool) -> None:
        self._stage, self._pool = stage, pool
        self.members = [stage.member("worker", pool) for _ in range(2)]
        self.died: dict[str, float] = {}
        stage.wait_until_ready(*self.members)

    def replace_dead(self) -> None:
        """Starts one worker for each that has ended."""
        self.members = [self._replaced(member) for member in self.members]

    def _replaced(self, member: Member) -> Member:
        if member.runs:
            return member
        self.died[member.name] = time.time()
        member.kill()
        return self._stage.member("worker", self._pool)


def _starts(stage: Stage, poison: str) -> int:
    return sum(mark.subject == poison for mark in stage.ledger.of(Kind.START))


def _for_ever(stage: Stage) -> int:
    return SHORT_FOR_EVER if stage.run.options.short else FOR_EVER


def _over(stage: Stage, fleet: Fleet, poison: str) -> bool:
    fleet.replace_dead()
    if stage.run.arm is Arm.STOCK:
        return _starts(stage, poison) >= _for_ever(stage)
    record = _record(stage, poison)
    return record is not None and record.state.finished


def _record(stage: Stage, job: str) -> JobRecord | None:
    with Store.from_url(stage.server.url) as store:
        try:
            return store.run(jobs.get(job))
        except UnknownJob:
            return None


def _rest_done(stage: Stage, fleet: Fleet) -> bool:
    fleet.replace_dead()
    done = stage.ledger.subjects(Kind.FINISH) | places.dead(stage.server)
    return stage.producer.accepted.keys() <= done


def _judged(
    stage: Stage, kind: Poison, poison: str, fleet: Fleet, flow: Flow, drained: bool
) -> Finding:
    wrong, count = Wrongs(), stage.count()
    again = unexplained(stage.ledger.marks(), fleet.died) - {poison}
    dead = places.dead(stage.server) & count.accepted
    _judge_poison(stage, poison, wrong)
    wrong.when(dead, f"{len(dead)} innocent jobs among the dead letters")
    wrong.when(count.lost - dead, f"{len(count.lost - dead)} other jobs lost")
    wrong.when(not dead and not drained, "not all other jobs were done")
    wrong.when(again, f"{len(again)} other jobs ran again that did not run at a death")
    note = _judge_flow(stage, kind, flow, wrong)
    return wrong.on(Finding(
        variant=f"{kind.pool.name}; {kind.title}", lease_seconds=LEASE_SECONDS,
        faults=_starts(stage, poison), seconds=stage.elapsed_seconds, note=note,
    ).counting(replace(count, started_again=count.started_again - {poison})))  # fmt: skip


def _judge_poison(stage: Stage, poison: str, wrong: Wrongs) -> None:
    starts = _starts(stage, poison)
    if stage.run.arm is Arm.LONGSHORE:
        record = _record(stage, poison)
        reason = record.dead_reason if record else None
        wrong.when(reason != "quarantined", f"the poison job's end is {reason}")
        wrong.when(starts != DELIVERIES, f"it was delivered {starts} times, not {DELIVERIES}")
    for_ever = f"it is handed out for ever ({starts} times so far)"
    wrong.when(starts >= _for_ever(stage), for_ever, known=True)


def _judge_flow(stage: Stage, kind: Poison, flow: Flow, wrong: Wrongs) -> str:
    """The normal rate is that of the same load a moment before."""
    normal, poisoned = flow.rates(stage.ledger.marks())
    waits = _waits(stage)
    usual = percentile(waits, 0.95)
    rates = f"{poisoned:.0f} other jobs/s, {normal:.0f} without the poison job"
    wrong.when(poisoned < normal * RATE_SHARE, f"the others were slowed down: {rates}")
    if not kind.whole_worker and kind.pool.name in {"prefork", "longshore"}:
        wrong.when(usual > LEASE_SECONDS, f"the others were held up, p95 {usual:.1f} s")
    return (
        f"over after {flow.over_at - flow.poisoned_at:.1f} s; {rates}; they started within"
        f" {percentile(waits, 0.5) * 1000:.0f} ms (p50), {percentile(waits, 1.0):.1f} s (slowest)"
    )


def _waits(stage: Stage) -> list[float]:
    """Seconds from acceptance to the last start of each other job."""
    starts = {mark.subject: mark.at for mark in stage.ledger.of(Kind.START)}
    return [
        max(starts[job] - accepted_at, 0.0)
        for job, accepted_at in stage.producer.accepted.items()
        if job in starts
    ]
