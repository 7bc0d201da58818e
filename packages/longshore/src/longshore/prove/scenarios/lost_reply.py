"""Scenario 8: a producer is killed between its call and the reply, and the call is repeated."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

from longshore.envelope import idempotent_id
from longshore.prove import places
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.ledger import Kind
from longshore.prove.member import Pool
from longshore.prove.middleman import Middleman
from longshore.prove.options import Run
from longshore.prove.stage import Stage
from longshore.prove.waiting import NotInTime, until
from longshore.prove.work import PREFIX, WORK
from longshore.testing.fork_server import ForkedProcess

LEASE_SECONDS = 2.0
PATIENCE_SECONDS = 30.0
JOB_VARIABLE = PREFIX + "JOB"


def run(run: Run) -> Iterator[Finding]:
    """One producer process for each key, killed when the broker has done what it asked."""
    times = run.count(full=20, short=2)
    with Stage(run, lease_seconds=LEASE_SECONDS) as stage:
        keys = [f"order-{number}" for number in range(times)]
        for number, key in enumerate(keys):
            _call_twice(stage, idempotent_id(WORK, key))
            run.say(f"{number + 1} producers killed")
        yield _judged(stage, times)


def _call_twice(stage: Stage, job: str) -> None:
    with Middleman(stage.server.port, job.encode()) as middleman:
        place = f"127.0.0.1:{middleman.port}/0"
        producer = _start(stage, {PREFIX + "PLACE": place}, job)
        try:
            until(middleman.swallowed.is_set, PATIENCE_SECONDS, "the first call")
        finally:
            producer.kill()
            producer.wait()
    again = _start(stage, {}, job)
    if again.wait(PATIENCE_SECONDS) != 0:
        raise NotInTime("the repeated call failed")
    stage.producer.accepted[job] = 0.0


def _start(stage: Stage, environment: Mapping[str, str], job: str) -> ForkedProcess:
    own = {**os.environ, **stage.settings.environment(), **environment, JOB_VARIABLE: job}
    command = (sys.executable, "-m", "longshore.prove.caller")
    return stage.run.fork_server.start(command, own, stdout=stage.folder / "caller.log")


def _judged(stage: Stage, times: int) -> Finding:
    worker = stage.member("worker", Pool("prefork"))
    stage.wait_until_ready(worker)
    wrong = Wrongs()
    drained = stage.drained(PATIENCE_SECONDS)
    count = stage.count()
    starts = [mark.subject for mark in stage.ledger.of(Kind.START)]
    wrong.when(not drained, "not everything finished")
    wrong.when(count.lost, f"{len(count.lost)} jobs lost")
    twice = f"{len(count.started_again)} of {times} jobs ran twice"
    wrong.when(count.started_again, twice, known=True)
    wrong.when(set(starts) - count.accepted, "a job that nobody asked for ran")
    refused = places.refused(stage.server) if stage.run.arm is Arm.LONGSHORE else 0
    return wrong.on(Finding(
        variant="the broker's reply never arrives", lease_seconds=LEASE_SECONDS, faults=times,
        refused=refused, seconds=stage.elapsed_seconds,
        note=f"{times} calls made twice, {len(starts)} runs",
    ).counting(count))  # fmt: skip
