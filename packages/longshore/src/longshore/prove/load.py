"""Putting a worker to work."""

from __future__ import annotations

from collections.abc import Iterable

from longshore.prove import places
from longshore.prove.member import Member
from longshore.prove.stage import Stage
from longshore.prove.waiting import holds, until

AT_WORK_SECONDS = 60.0
ROOM = 20
ROOM_SECONDS = 60.0


def wait_for_room(stage: Stage) -> None:
    """Returns when few jobs wait, so that what a fault meets is its own; or after a minute."""
    holds(lambda: places.backlog(stage.server) < ROOM, ROOM_SECONDS)


def until_at_work(stage: Stage, member: Member, seconds: float, since: float = 0.0) -> None:
    """Enqueues jobs of so many seconds until this worker has started one, at that time or later.

    Raises:
        NotInTime: it did not.
    """

    def at_work() -> bool:
        if stage.has_started(member, since):
            return True
        stage.producer.try_work(seconds)
        return False

    until(at_work, AT_WORK_SECONDS, f"{member.name} at work")


def shown(durations: Iterable[float]) -> str:
    """How long jobs take, as the table says it."""
    return ", ".join(f"{seconds * 1000:g}" for seconds in sorted(set(durations))) + " ms"
