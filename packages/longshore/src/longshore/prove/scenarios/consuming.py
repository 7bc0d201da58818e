"""The load of scenario 5, and when each worker consumes again."""

from __future__ import annotations

from longshore.prove.feeder import Load
from longshore.prove.finding import Wrongs
from longshore.prove.ledger import Kind
from longshore.prove.member import Member
from longshore.prove.stage import Stage
from longshore.prove.waiting import holds

LOAD = Load(per_second=40.0, job_seconds=0.01, long_seconds=1.5)
BEFORE_SECONDS = 1.5
BACK_SECONDS = 10.0
PATIENCE_SECONDS = 60.0


def at_work(stage: Stage, members: list[Member]) -> bool:
    """Waits until all of them work under a load that has lasted; whether they do."""

    def working() -> bool:
        enough = len(stage.producer.accepted) > LOAD.per_second * BEFORE_SECONDS
        return enough and all(map(stage.has_started, members))

    return holds(working, PATIENCE_SECONDS)


def wait_for_all(stage: Stage, members: list[Member], back_at: float) -> None:
    """Returns when each has started a job after that time, or patience has ended."""
    holds(lambda: all(_start_after(stage, one, back_at) for one in members), PATIENCE_SECONDS)


def judge(stage: Stage, members: list[Member], back_at: float, wrong: Wrongs) -> list[float]:
    """Seconds from the broker's return until each worker that did so began a job."""
    starts = [_start_after(stage, member, back_at) for member in members]
    waits = [at - back_at for at in starts if at]
    idle = len(starts) - len(waits)
    wrong.when(idle, f"{idle} workers did not consume again within {PATIENCE_SECONDS:g} s")
    slow = waits and max(waits) > BACK_SECONDS
    wrong.when(slow, f"a worker consumed again only after {max(waits, default=0.0):.1f} s")
    return waits


def _start_after(stage: Stage, member: Member, at: float) -> float:
    """When it first started a job after that time; 0 when it has not."""
    starts = stage.ledger.of(Kind.START)
    return next((mark.at for mark in starts if mark.member == member.name and mark.at > at), 0.0)
