"""Scenario 4: an owner is stopped past its lease, its job runs elsewhere, then it wakes."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from longshore.prove import places
from longshore.prove.abreast import abreast
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.ledger import Kind
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.waiting import holds, until

LEASE_SECONDS = 1.0
JOB_SECONDS = 0.8
#: Stock Celery looks ten seconds after a worker's start, then every 100 seconds.
ELSEWHERE_SECONDS = 60.0
WAKE_SECONDS = 30.0
POOLS = (Pool("prefork", 1), Pool("threads", 1), Pool("solo", 1), Pool("longshore", 1))


def run(run: Run) -> Iterator[Finding]:
    """Every pool; stock Celery's prefork only, for it takes its time to hand the job out again."""
    pools = POOLS[:1] if run.arm is Arm.STOCK else POOLS
    run.say(f"{len(pools)} owners are stopped")
    yield from abreast([partial(_on_stage, run, pool) for pool in pools], len(pools))


def _on_stage(run: Run, pool: Pool) -> Finding:
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        return _freeze(stage, pool)


def _freeze(stage: Stage, pool: Pool) -> Finding:
    owner = stage.member("owner", pool)
    stage.wait_until_ready(owner)
    job = stage.producer.work(JOB_SECONDS)
    stage.wait_until_started(job)
    owner.tell_group(signal.SIGSTOP)
    other = stage.member("other", pool)
    stage.wait_until_ready(other)
    until(lambda: _finished_by(stage, job, other), ELSEWHERE_SECONDS, "a finish elsewhere")
    holds(lambda: _result(stage, job), WAKE_SECONDS)
    before = _result(stage, job)
    owner.tell_group(signal.SIGCONT)
    until(lambda: _finished_by(stage, job, owner), WAKE_SECONDS, "the finish of the owner")
    return _judged(stage, pool, job, other, before)


def _finished_by(stage: Stage, job: str, member: Member) -> bool:
    finishes = stage.ledger.of(Kind.FINISH)
    return any(mark.subject == job and mark.member == member.name for mark in finishes)


def _result(stage: Stage, job: str) -> str:
    """What Celery's result document says: who did the job."""
    with stage.server.client() as client:
        meta = client.get(f"celery-task-meta-{job}")
    return str(json.loads(meta).get("result")) if meta else ""


def _judged(stage: Stage, pool: Pool, job: str, other: Member, before: str) -> Finding:
    longshore = stage.run.arm is Arm.LONGSHORE
    # A refusal is counted; where nothing refuses, the stale outcome shows up in the result.
    settled = holds(
        lambda: places.refused(stage.server) if longshore else _result(stage, job) != before,
        WAKE_SECONDS if longshore else JOB_SECONDS * 5,
    )
    after, count, wrong = _result(stage, job), stage.count(), Wrongs()
    wrong.when(count.lost, "the job was lost")
    wrong.when(not before.startswith(other.name), f"the new owner's outcome is {before!r}")
    wrong.when(after != before, "the stale owner's outcome replaced the new owner's")
    wrong.when(longshore and not settled, "the stale owner's outcome was not refused")
    finding = Finding(
        variant=pool.name, lease_seconds=LEASE_SECONDS, faults=1, wrong=tuple(wrong.found),
        refused=places.refused(stage.server), seconds=stage.elapsed_seconds,
        note="its side effects happened twice, its outcome stands once",
    ).counting(count)  # fmt: skip
    return finding if not wrong.found else replace(finding, note="")
