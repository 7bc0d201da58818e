"""Scenario 6: a job kills its process, or its whole worker, whenever it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from longshore.errors import UnknownJob
from longshore.prove import places
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.ledger import Kind
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.verdict import at_risk, percentile
from longshore.prove.waiting import holds
from longshore.prove.work import POISON
from longshore.records import JobRecord
from longshore.store import Store, jobs

LEASE_SECONDS = 1.0
DELIVERIES = 3
#: Stock Celery hands a poison job out for ever; this many times is proof enough.
FOR_EVER = 10
SHORT_FOR_EVER = 5
PATIENCE_SECONDS = 40.0
#: The others flow for at least so long, however soon the poison job is dealt with.
FLOW_SECONDS = 2.0
JOB_SECONDS = 0.005
JOBS_PER_SECOND = 20
COMPANIONS = 12
REST_SECONDS = 30.0


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
    for kind in STOCK_KINDS if run.arm is Arm.STOCK else kinds:
        with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
            yield _poison(stage, kind)


def _poison(stage: Stage, kind: Poison) -> Finding:
    fleet = Fleet(stage, kind.pool)
    poison = _enqueue_among_others(stage, kind)
    began = time.monotonic()
    over_seconds = 0.0
    while (elapsed := time.monotonic() - began) < PATIENCE_SECONDS:
        if not over_seconds and _over(stage, poison):
            over_seconds = elapsed
        if over_seconds and elapsed > FLOW_SECONDS:
            break
        stage.producer.work(JOB_SECONDS)
        fleet.replace_dead()
        time.sleep(1 / JOBS_PER_SECOND)
        stage.run.say(f"{kind.pool.name} {kind.title}: delivered {_starts(stage, poison)} times")
    drained = holds(lambda: _rest_done(stage, fleet), REST_SECONDS)
    return _judged(stage, kind, poison, fleet, over_seconds, drained)


def _enqueue_among_others(stage: Stage, kind: Poison) -> str:
    """The poison job with others close behind it, which its worker claims together with it."""
    poison = stage.producer.enqueue(POISON, kind.whole_worker)
    del stage.producer.accepted[poison]
    for _ in range(COMPANIONS):
        stage.producer.work(JOB_SECONDS)
    return poison


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


def _over(stage: Stage, poison: str) -> bool:
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
    stage: Stage, kind: Poison, poison: str, fleet: Fleet, over_seconds: float, drained: bool
) -> Finding:
    starts, wrong, count = _starts(stage, poison), Wrongs(), stage.count()
    waits = _waits(stage)
    if stage.run.arm is Arm.LONGSHORE:
        record = _record(stage, poison)
        reason = record.dead_reason if record else None
        wrong.when(reason != "quarantined", f"the poison job's end is {reason}")
        wrong.when(starts != DELIVERIES, f"it was delivered {starts} times, not {DELIVERIES}")
    wrong.when(starts >= _for_ever(stage), f"it is handed out for ever ({starts} times so far)")
    dead = places.dead(stage.server) & count.accepted
    wrong.when(dead, f"{len(dead)} innocent jobs among the dead letters")
    wrong.when(count.lost - dead, f"{len(count.lost - dead)} other jobs lost")
    wrong.when(not dead and not drained, "not all other jobs were done")
    if kind.pool.name in {"prefork", "longshore"} and not kind.whole_worker:
        usual = percentile(waits, 0.95)
        wrong.when(usual > LEASE_SECONDS, f"the others were held up, p95 {usual:.1f} s")
    again = count.started_again - {poison} - at_risk(stage.ledger.marks(), fleet.died)
    wrong.when(again, f"{len(again)} other jobs ran again that did not run at a death")
    return Finding(
        variant=f"{kind.pool.name}; {kind.title}", lease_seconds=LEASE_SECONDS, faults=starts,
        wrong=tuple(wrong.found), seconds=stage.elapsed_seconds,
        note=f"over after {over_seconds:.1f} s; other jobs started within"
        f" {percentile(waits, 0.5) * 1000:.0f} ms (p50), {percentile(waits, 1.0):.1f} s (slowest)",
    ).counting(replace(count, started_again=count.started_again - {poison}))  # fmt: skip


def _waits(stage: Stage) -> list[float]:
    """Seconds from acceptance to the last start of each other job."""
    starts = {mark.subject: mark.at for mark in stage.ledger.of(Kind.START)}
    return [
        max(starts[job] - accepted_at, 0.0)
        for job, accepted_at in stage.producer.accepted.items()
        if job in starts
    ]
