"""Putting a worker to work."""

from __future__ import annotations

from collections.abc import Iterable

from longshore.prove.member import Member
from longshore.prove.stage import Stage
from longshore.prove.waiting import until

AT_WORK_SECONDS = 60.0


def until_at_work(stage: Stage, member: Member, seconds: float) -> None:
    """Enqueues jobs of so many seconds until this worker has started one.

    Raises:
        NotInTime: it did not.
    """

    def at_work() -> bool:
        if stage.has_started(member):
            return True
        stage.producer.work(seconds)
        return False

    until(at_work, AT_WORK_SECONDS, f"{member.name} at work")


def shown(durations: Iterable[float]) -> str:
    """How long jobs take, as the table says it."""
    return ", ".join(f"{seconds * 1000:g}" for seconds in sorted(set(durations))) + " ms"
