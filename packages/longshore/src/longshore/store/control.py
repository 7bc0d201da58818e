"""What a person, or a running handler, does to one job: when it runs, how far it is."""

from __future__ import annotations

import json
from enum import StrEnum

from longshore.current import Claim
from longshore.errors import UnknownJob
from longshore.records import JobState
from longshore.store.call import Call, text
from longshore.store.scripts import load


class Standing(StrEnum):
    """What a running job is told: all is well, somebody wants it to end, or it is another's now."""

    HELD = "held"
    CANCEL = "cancel"
    LOST = "lost"


def reschedule(
    job_id: str, *, due_at: float | None = None, delay_seconds: float = 0.0
) -> Call[JobState | None]:
    """Makes a delayed job due at another time, or now.

    ``due_at`` is seconds since the epoch; without it ``delay_seconds`` count from now. Answers
    ``None`` when it was done, else the state of the job, which is not delayed.

    Raises:
        UnknownJob: there is no record under this id.
    """

    def read(answer: bytes) -> JobState | None:
        word = text(answer)
        if word == "unknown":
            raise UnknownJob(job_id)
        return None if word == "moved" else JobState(word)

    moment = "" if due_at is None else f"{due_at:.6f}"
    arguments = (job_id, moment, f"{delay_seconds:.6f}")
    return Call(load("reschedule"), lambda _: arguments, read)


def tell_progress(held: Claim, done: float, total: float | None, note: str) -> Call[Standing]:
    """Writes into the record how far a running job is, if this claim still holds it."""
    told = {"done": done, "total": total, "note": note, "attempt": held.attempt}
    return _progress(held, json.dumps(told))


def standing(held: Claim) -> Call[Standing]:
    """Asks whether this claim still holds, and whether a cancel was asked for."""
    return _progress(held, "")


def _progress(held: Claim, told: str) -> Call[Standing]:
    return Call(
        load("progress"),
        lambda _: (held.job_id, held.token, told),
        lambda answer: Standing(text(answer)),
    )
