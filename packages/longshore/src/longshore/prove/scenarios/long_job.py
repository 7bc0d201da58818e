"""Scenario 3: a job ten times as long as the lease, sleeping, or computing under the GIL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from longshore.prove import places
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.ledger import Kind
from longshore.prove.member import Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.waiting import holds
from longshore.prove.work import HOLD_GIL, WORK

LEASE_SECONDS = 1.5
LEASES = 10
JOB_SECONDS = LEASE_SECONDS * LEASES
PATIENCE_SECONDS = 120.0
#: What the operating system may take away from a process that computes.
GIL_SHARE = 0.8

POOLS = (Pool("prefork", 1), Pool("threads", 1), Pool("solo", 1), Pool("longshore", 1))


@dataclass(frozen=True, slots=True)
class Long:
    """One long job; ``title`` says what it does."""

    pool: Pool
    task: str
    title: str


SLEEPING = tuple(Long(pool, WORK, "sleeping") for pool in POOLS)
COMPUTING = tuple(Long(pool, HOLD_GIL, "GIL held in C") for pool in POOLS)
STOCK = (SLEEPING[0], COMPUTING[0])


def run(run: Run) -> Iterator[Finding]:
    """All of them at once, each with a worker of its own, and an idle one that would rescue."""
    yield from _together(run, STOCK if run.arm is Arm.STOCK else (*SLEEPING, *COMPUTING))


def _together(run: Run, kinds: Sequence[Long]) -> list[Finding]:
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        jobs = dict(_begin(stage, kinds))
        queues = ",".join(_queue(kind) for kind in kinds)
        idle = stage.member("idle", Pool("prefork", 2), ("-Q", queues))
        stage.wait_until_ready(idle)
        run.say(f"{len(jobs)} jobs of {JOB_SECONDS:g} s")
        wanted = set(jobs)
        ended = holds(lambda: stage.finished(wanted), PATIENCE_SECONDS)
        # What was started again has to end as well before it can be counted.
        holds(lambda: not places.busy(stage.server), JOB_SECONDS * 2)
        return [_judged(stage, job, kind, ended) for job, kind in jobs.items()]


def _queue(kind: Long) -> str:
    return f"{kind.task}.{kind.pool.name}"


def _begin(stage: Stage, kinds: Sequence[Long]) -> list[tuple[str, Long]]:
    """Enqueues the jobs; returns their ids once their own workers, alone so far, run them."""
    owners = [stage.member("owner", kind.pool, ("-Q", _queue(kind))) for kind in kinds]
    stage.wait_until_ready(*owners)
    jobs = [stage.producer.enqueue(one.task, JOB_SECONDS, queue=_queue(one)) for one in kinds]
    for job in jobs:
        stage.wait_until_started(job)
    return list(zip(jobs, kinds, strict=True))


def _judged(stage: Stage, job: str, kind: Long, ended: bool) -> Finding:
    marks = [mark for mark in stage.ledger.marks() if mark.subject == job]
    starts = sum(mark.kind is Kind.START for mark in marks)
    finishes = sum(mark.kind is Kind.FINISH for mark in marks)
    held = max((mark.value for mark in marks if mark.kind is Kind.GIL_HELD), default=0.0)
    took = _seconds(stage, job)
    wrong = Wrongs()
    wrong.when(not ended, f"it did not finish within {PATIENCE_SECONDS:g} s")
    wrong.when(starts > 1, f"it ran {starts} times", known=True)
    wrong.when(ended and took < JOB_SECONDS * GIL_SHARE, f"it took only {took:.1f} s")
    gil = kind.task == HOLD_GIL
    wrong.when(gil and ended and held < took * GIL_SHARE, f"the GIL was held for {held:.1f} s only")
    return wrong.on(Finding(
        variant=f"{kind.pool.name}; {kind.title}", lease_seconds=LEASE_SECONDS, accepted=1,
        lost=int(not finishes), finished_twice=int(finishes > 1), started_again=int(starts > 1),
        refused=sum(member.count_logged(f"job {job} refused") for member in stage.members),
        seconds=stage.elapsed_seconds,
        note=f"took {took:.1f} s" + (f", the GIL held for {held:.1f} s" if gil else ""),
    ))  # fmt: skip


def _seconds(stage: Stage, job: str) -> float:
    """From its first start to its first finish."""
    marks = [mark for mark in stage.ledger.marks() if mark.subject == job]
    ends = [mark.at for mark in marks if mark.kind is Kind.FINISH]
    return min(ends) - min(mark.at for mark in marks) if ends else 0.0
