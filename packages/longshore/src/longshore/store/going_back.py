"""The way back to stock Celery: delayed jobs on their queues, with the time in their message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from longshore.records import moment
from longshore.store.call import Call, text
from longshore.store.scripts import load
from longshore.store.stores import Store

#: Jobs moved by one script call; a message may be large, and the server is held up meanwhile.
STEP = 100


@dataclass(frozen=True, slots=True)
class DelayedJob:
    """A job that waits in the delayed set; ``due_at`` is seconds since the epoch."""

    queue: str
    job_id: str
    due_at: float
    list: str
    raw: bytes

    @property
    def for_stock(self) -> bytes:
        """The message with its time in the ``eta`` header, which a stock worker waits for."""
        try:
            message = json.loads(self.raw)
            eta = moment(self.due_at)
            message["headers"]["eta"] = eta.isoformat() if eta else None
        except (ValueError, LookupError, TypeError):
            return self.raw
        return json.dumps(message).encode()


def delayed(limit: int = STEP) -> Call[tuple[DelayedJob, ...]]:
    """Up to ``limit`` delayed jobs of all known queues, soonest first in each."""
    return Call(
        load("delayed"),
        lambda _: (limit,),
        lambda answer: tuple(_job(row) for row in answer),
    )


def _job(row: Sequence[Any]) -> DelayedJob:
    return DelayedJob(text(row[0]), text(row[1]), float(row[2]), text(row[3]), bytes(row[4]))


def hand_over(found: Sequence[DelayedJob]) -> Call[int]:
    """Puts these on their lists now, in one step; what has moved since it was read is let be."""
    words = [
        word for job in found for word in (job.queue, job.job_id, job.list, job.raw, job.for_stock)
    ]
    return Call(load("hand_over"), lambda _: words, int)


def release_to_stock(store: Store) -> Iterator[int]:
    """Hands over every delayed job, a bounded step at a time; yields how many each step moved.

    It can be broken off and repeated at any time: a job is in one place at every instant.

    Raises (from the store):
        BrokerUnavailable: no answer within the deadline.
        BrokerRefused: the server answered with an error.
    """
    while found := store.run(delayed()):
        moved = store.run(hand_over(found))
        if not moved:
            return  # a worker has taken them all meanwhile
        yield moved
