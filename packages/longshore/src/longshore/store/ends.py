"""Ends of jobs that a script decided, to be announced by a worker.

A job may be cancelled while it waits, be quarantined, or be one that no handler can take. Its
chord, chain and error callbacks stand in its message, which only a worker of its app can read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from longshore.current import Claim
from longshore.records import DeadReason, JobState
from longshore.sealing.payload import opened
from longshore.store.call import Call, text
from longshore.store.scripts import load

#: In place of a claim's token: the job has ended, and its end is being announced.
ENDED = "ended"


@dataclass(frozen=True, slots=True)
class End:
    """How a job ended; ``raw`` is its message as it was enqueued."""

    job_id: str
    queue: str
    raw: bytes
    state: JobState
    message: str
    reason: DeadReason | None

    @property
    def claim(self) -> Claim:
        """Stand in for the claim that the job no longer has."""
        return Claim(self.job_id, f"{ENDED}:{self.job_id}", self.queue, ENDED, 0, 0)


def ends(queues: Iterable[str], limit: int = 20) -> Call[list[End]]:
    """Return ends of these queues' jobs; each again after a lease unless it was announced."""

    def read(answer: list[list[bytes]]) -> list[End]:
        return [
            End(
                text(row[0]),
                text(row[1]),
                row[2],
                JobState(text(row[3])),
                opened(text(row[4])),
                DeadReason(text(row[5])) if row[5] else None,
            )
            for row in answer
            if row[3]
        ]

    return Call(load("ends"), lambda settings: (settings.lease_seconds, limit, *queues), read)


def announced(end: End) -> Call[None]:
    """Note that the end was announced: it is not handed out again."""
    return Call(load("end_announced"), lambda _: (end.job_id, end.queue), lambda _: None)
