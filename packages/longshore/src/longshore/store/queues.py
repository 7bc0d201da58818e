"""Queues: what waits in them, and the upkeep that any live worker or scheduler does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from longshore.envelope import PRIORITY_STEPS, list_of, queue_name
from longshore.errors import NotAQueue
from longshore.records import QueueStatus
from longshore.store.call import Call, text
from longshore.store.scripts import load

#: How many queues one round of upkeep looks at; with more, the next round goes on from there.
WINDOW = 1000


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What one round of upkeep did, and when a delayed job is due next (``None``: none waits).

    ``ends``: whether the end of a job is to be announced, see ``longshore.store.ends``.
    """

    promoted: int
    rescued: int
    next_due_in_seconds: float | None
    ends: bool = False


def all_status(names: Iterable[str] = ()) -> Call[tuple[QueueStatus, ...]]:
    """Every queue that ever held a job, and those named, sorted by name."""
    steps = ",".join(str(step) for step in PRIORITY_STEPS)
    asked = tuple(names)
    return Call(
        load("queues"),
        lambda _: (steps, *asked),
        lambda answer: tuple(sorted((_status(row) for row in answer), key=lambda s: s.queue)),
    )


def _status(row: Sequence[Any]) -> QueueStatus:
    age, paused, latest = text(row[5]), text(row[6]), text(row[8])
    return QueueStatus(
        queue=text(row[0]),
        waiting=int(row[1]),
        delayed=int(row[2]),
        claimed=int(row[3]),
        dead=int(row[4]),
        oldest_age_seconds=max(float(age), 0.0) if age else None,
        paused_since=float(paused) if paused else None,
        due=int(row[7]),
        latest_age_seconds=max(float(latest), 0.0) if latest else None,
    )


def maintain(limit: int = 200, worker: str = "", consumes: bool = False) -> Call[Maintenance]:
    """Promotes delayed jobs that are due and rescues jobs whose lease ended.

    At most ``limit`` of each in a call, of at most ``WINDOW`` queues, so that the server is never
    held up; call again while something was done. A ``worker`` says with it whether it consumes.
    """

    def read(answer: Sequence[Any]) -> Maintenance:
        wait = text(answer[2])
        due = float(wait) if wait else None
        return Maintenance(int(answer[0]), int(answer[1]), due, ends=bool(answer[3]))

    return Call(
        load("maintain"),
        lambda settings: (
            limit,
            settings.max_deliveries,
            settings.result_ttl_seconds,
            settings.lease_seconds,
            WINDOW,
            worker,
            "1" if consumes else "0",
        ),
        read,
    )


def purge(queue: str, priority: int = 0, limit: int = 1000) -> Call[int]:
    """Drops up to ``limit`` waiting jobs of one priority; their records end as cancelled.

    Raises:
        NotAQueue: the name is that of another key, or what lies there are no messages.
    """
    name = list_of(queue_name(queue), priority)

    def read(answer: int) -> int:
        if answer < 0:
            raise NotAQueue(queue)
        return answer

    return Call(load("purge"), lambda _: (name, limit, queue), read)


def purge_delayed(queue: str, limit: int = 1000) -> Call[int]:
    """Drops up to ``limit`` jobs that wait for their time, retries included, soonest first.

    Their records end as cancelled.

    Raises:
        NotAQueue: the name is that of another key.
    """
    name = queue_name(queue)
    return Call(load("purge_delayed"), lambda _: (name, limit), int)


def pause(queue: str) -> Call[bool]:
    """Lets nothing be claimed from a queue until it is resumed; false when it was paused before.

    What is enqueued meanwhile waits, delays are promoted, running jobs run to their end.

    Raises:
        NotAQueue: the name is that of another key.
    """
    name = queue_name(queue)
    return Call(load("pause"), lambda _: (name, "1"), bool)


def resume(queue: str) -> Call[bool]:
    """Lets a paused queue be claimed from again; false when it was not paused."""
    return Call(load("pause"), lambda _: (queue, "0"), bool)


def ring(queue: str) -> Call[int]:
    """Wakes one idle consumer of a queue that something was put on by other means."""
    return Call(load("ring"), lambda _: (queue,), int)


def put_reply(queue: str, message: str, keep_ms: int | None = None) -> Call[int]:
    """Hand a reply to remote control to its client, also when the server is full."""
    kept = "" if keep_ms is None else keep_ms
    return Call(load("put_reply"), lambda _: (queue, message, kept), int)


def bind(exchange: str, member: str, keep_ms: int | None = None) -> Call[int]:
    """Enter a queue in the table of an exchange, in kombu's format, also when the server is full.

    The table may be swept after ``keep_ms`` unless it is entered again; None keeps it for good.
    """
    kept = "" if keep_ms is None else keep_ms
    return Call(load("bind"), lambda _: (exchange, member, kept), int)


def bell_key(prefix: str, queue: str) -> str:
    """The list that an idle consumer of this queue blocks on."""
    return f"{prefix}longshore:bell:{queue}"
