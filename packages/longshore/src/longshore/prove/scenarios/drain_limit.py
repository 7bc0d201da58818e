"""Scenario 2, its limit: what a worker does whose drain would last too long, or for ever."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from functools import partial

import psutil

from longshore.prove import places
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.load import until_at_work
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.verdict import recoveries, starts_of
from longshore.prove.waiting import holds

#: Longer than anything here, so that what comes back was given back and not rescued.
LEASE_SECONDS = 15.0
LIMIT_SECONDS = 2.0
#: What a worker may need beyond its limit, on a busy machine.
MARGIN_SECONDS = 2.0
JOB_SECONDS = 6.0
#: A worker that has not ended by then does not end.
FOR_EVER_SECONDS = 8.0
REST_SECONDS = 30.0
OPTIONS = {"drain_seconds": LIMIT_SECONDS}
OVERDUE = (Pool("prefork", 1), Pool("threads", 1), Pool("solo", 1), Pool("longshore", 1))
STUCK = (Pool("prefork"), Pool("longshore"))


def works(run: Run) -> Iterator[Callable[[], Finding]]:
    """A job that outlasts the limit, in every pool; a pool process that does not end."""
    stock = run.arm is Arm.STOCK
    for pool in () if stock else OVERDUE:
        yield partial(_overdue, run, pool)
    for pool in STUCK[:1] if stock else STUCK:
        yield partial(_stuck, run, pool)


def _overdue(run: Run, pool: Pool) -> Finding:
    with Stage(run, lease_seconds=LEASE_SECONDS, options=OPTIONS) as stage:
        owner = stage.member("owner", pool)
        stage.wait_until_ready(owner)
        job = stage.producer.work(JOB_SECONDS)
        stage.wait_until_started(job)
        stage.wait_until_ready(stage.member("other", pool))
        took, ended_at = _drain(owner), time.time()
        drained, wrong, count = stage.drained(REST_SECONDS), Wrongs(), stage.count()
        _judge_end(wrong, owner, took)
        waits = recoveries(starts_of(stage.ledger.marks()), [job], owner.name, 0.0)
        back = [at - ended_at for at in waits]
        wrong.when(not back, "the job did not run elsewhere")
        slow = back and max(back) > MARGIN_SECONDS
        wrong.when(slow, f"the job ran elsewhere only {max(back, default=0):.1f} s after the end")
        wrong.when(count.lost or not drained, "the job was not done")
        wrong.when(count.finished_twice, "the job was done twice")
        counted = places.counted_twice(stage.server, [job])
        wrong.when(counted, "the drain was counted as an attempt")
        return wrong.on(Finding(
            variant=f"{pool.name}; a job outlasts the limit of {LIMIT_SECONDS:g} s", faults=1,
            lease_seconds=LEASE_SECONDS, seconds=stage.elapsed_seconds,
            note=_ended(owner, took), recoveries=tuple(max(at, 0.0) for at in back),
        ).counting(count))  # fmt: skip


def _stuck(run: Run, pool: Pool) -> Finding:
    """The pool is joined at the end of a drain, and one of its processes is stopped."""
    with Stage(run, lease_seconds=LEASE_SECONDS, options=OPTIONS) as stage:
        member = stage.member("worker", pool)
        stage.wait_until_ready(member)
        until_at_work(stage, member, 0.0)
        drained, wrong = stage.drained(REST_SECONDS), Wrongs()
        child = psutil.Process(member.pid).children()[-1]
        child.suspend()
        took = _drain(member)
        _judge_end(wrong, member, took)
        count = stage.count()
        wrong.when(count.lost or not drained, f"{len(count.lost)} jobs lost")
        wrong.when(count.started_again, f"{len(count.started_again)} jobs ran twice")
        return wrong.on(Finding(
            variant=f"{pool.name}; a pool process never ends, limit {LIMIT_SECONDS:g} s",
            lease_seconds=LEASE_SECONDS, faults=1, seconds=stage.elapsed_seconds,
            note=_ended(member, took),
        ).counting(count))  # fmt: skip


def _drain(member: Member) -> float:
    began = time.monotonic()
    member.tell(signal.SIGTERM)
    member.wait(FOR_EVER_SECONDS)
    return time.monotonic() - began


def _ended(member: Member, took: float) -> str:
    return "" if member.runs else f"it ended after {took:.1f} s"


def _judge_end(wrong: Wrongs, member: Member, took: float) -> None:
    if member.runs:
        wrong.when(True, f"it had not ended after {took:.0f} s", known=True)
        return
    wrong.when(took > LIMIT_SECONDS + MARGIN_SECONDS, f"it ended only after {took:.1f} s")
    left = not holds(lambda: not member.left_behind(), MARGIN_SECONDS)
    wrong.when(left, "it left processes behind")
