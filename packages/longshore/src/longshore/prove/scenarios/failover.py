"""Scenario 5, its last outage: the primary is lost, and sentinels promote its replica."""

from __future__ import annotations

import time
from dataclasses import dataclass

from longshore.prove.feeder import Feeder
from longshore.prove.finding import Finding, Wrongs
from longshore.prove.ledger import Kind
from longshore.prove.member import Member, Pool
from longshore.prove.options import Run
from longshore.prove.scenarios import consuming
from longshore.prove.stage import Stage
from longshore.prove.verdict import Count
from longshore.prove.waiting import until
from longshore.testing.sentinel import is_following, replica_of

LEASE_SECONDS = 2.0
POOLS = (Pool("prefork"), Pool("threads"), Pool("solo", 1), Pool("longshore"))
PROMOTION_SECONDS = 60.0
FOLLOWING_SECONDS = 20.0
CONFIRMED = {"replicas_to_confirm": 1}
#: A replica follows with a delay: a claim or an outcome this shortly before the end of the primary
#: may be unknown to it. Ten times what it is when nothing is wrong.
DELAY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Failover:
    """When the primary was killed and when the replica was one, seconds since the epoch."""

    killed_at: float
    promoted_at: float


def run(run: Run) -> Finding:
    """A worker of every pool, under load; the replica confirms each enqueue. Longshore only."""
    run.say("failover under Sentinel")
    stage = Stage(run, lease_seconds=LEASE_SECONDS, options=CONFIRMED, sentinels=True)
    with stage, replica_of(stage.sentinels.replica) as next_replica:
        until(lambda: is_following(next_replica), FOLLOWING_SECONDS, "the replica's own replica")
        members = [stage.member("worker", pool) for pool in POOLS]
        stage.wait_until_ready(*members)
        with Feeder(stage.producer, consuming.LOAD):
            working = consuming.at_work(stage, members)
            failover = _fail_over(stage)
            consuming.wait_for_all(stage, members, failover.promoted_at)
        drained = stage.drained(consuming.PATIENCE_SECONDS)
        return _judged(stage, members, failover, working and drained)


def _fail_over(stage: Stage) -> Failover:
    stage.sentinels.primary.kill()
    killed_at = time.time()
    until(lambda: stage.sentinels.is_promoted, PROMOTION_SECONDS, "the promotion")
    stage.server = stage.sentinels.replica
    return Failover(killed_at, time.time())


def _judged(stage: Stage, members: list[Member], failover: Failover, drained: bool) -> Finding:
    count, wrong = stage.count(), Wrongs()
    explained = _just_touched(stage, failover)
    again = count.started_again - explained
    wrong.when(count.lost, f"{len(count.lost)} jobs lost")
    wrong.when(again, f"{len(again)} jobs ran again that were done long before")
    wrong.when(not drained and not count.lost, "not everything finished")
    waits = consuming.judge(stage, members, failover.promoted_at, wrong)
    return wrong.on(Finding(
        variant="failover to the replica under Sentinel, every pool", faults=1,
        lease_seconds=LEASE_SECONDS, recoveries=tuple(waits), seconds=stage.elapsed_seconds,
        note=_note(stage, failover, count),
    ).counting(count))  # fmt: skip


def _just_accepted(stage: Stage, failover: Failover) -> int:
    times = stage.producer.accepted.values()
    return sum(failover.killed_at - DELAY_SECONDS < at <= failover.killed_at for at in times)


def _just_touched(stage: Stage, failover: Failover) -> set[str]:
    """The jobs of which the replica may not know the last claim, or the outcome."""
    marks = stage.ledger.marks()
    begun = {mark.subject for mark in marks if mark.kind is Kind.START}
    done = {
        mark.subject
        for mark in marks
        if mark.kind is Kind.FINISH and mark.at < failover.killed_at - DELAY_SECONDS
    }
    return begun - done


def _note(stage: Stage, failover: Failover, count: Count) -> str:
    took = failover.promoted_at - failover.killed_at
    return (
        f"the promotion took {took:.1f} s;"
        f" {_just_accepted(stage, failover)} jobs were accepted in the last {DELAY_SECONDS:g} s"
        " of the primary, each confirmed by the replica (replicas_to_confirm = 1; without it what"
        f" had not reached the replica may be lost); {len(count.started_again)} ran again;"
        f" {len(stage.producer.uncertain)} enqueues failed and are not counted"
    )
