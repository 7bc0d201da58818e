"""Claims: take jobs under a lease, keep the lease, record the outcome, or give the job back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from longshore.current import Claim
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.sealing.payload import sealed
from longshore.store.call import Argument, Call, text
from longshore.store.scripts import load
from longshore.store.settings import StoreSettings

#: Longer error messages are cut: a record is a summary, the traceback is in the result.
MESSAGE_LIMIT = 2000
#: Of a traceback the end is kept, which says where it happened.
TRACEBACK_LIMIT = 3000
#: Between a message, which is one line, and its traceback.
SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Source:
    """A list to claim from: its key, the queue it belongs to, whether claims are not needed."""

    list: str
    queue: str
    no_ack: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message handed over; ``claim`` is ``None`` when its queue is consumed without claims."""

    queue: str
    raw: bytes
    claim: Claim | None


class Held(StrEnum):
    """What a renewal says of one claim."""

    HELD = "held"
    CANCEL = "cancel"
    #: by its own owner: settled, given back, or left by a job that has replaced itself
    ENDED = "ended"
    LOST = "lost"


def claim(
    sources: Iterable[Source], *, owner: str, worker: str, limit: int
) -> Call[list[Delivery]]:
    """Takes up to ``limit`` messages, from the first source that has any on."""
    triples = [
        word
        for source in sources
        for word in (source.list, source.queue, "1" if source.no_ack else "0")
    ]
    return Call(
        load("claim"),
        lambda settings: (owner, settings.lease_seconds, limit, worker, *triples),
        lambda answer: [read_delivery(row) for row in answer],
    )


def read_delivery(row: Sequence[Any]) -> Delivery:
    """A delivery out of one row of the claim script's answer."""
    queue = text(row[0])
    if len(row) == 2:
        return Delivery(queue, row[1], None)
    expires_in = text(row[9])
    granted = Claim(
        job_id=text(row[2]),
        tag=text(row[3]),
        queue=queue,
        token=text(row[4]),
        attempt=int(row[5]),
        delivery=int(row[6]),
        waited_seconds=int(row[7]) / 1_000_000,
        age_seconds=int(row[8]) / 1_000_000,
        expires_after=time.monotonic() + float(expires_in) if expires_in else None,
    )
    return Delivery(queue, row[1], granted)


def renew(held: Sequence[Claim]) -> Call[list[Held]]:
    """Extends the leases of these claims, one answer for each; at most a few hundred a call."""
    words = [word for one in held for word in (one.tag, one.queue, one.job_id, one.token)]
    return Call(
        load("renew"),
        lambda settings: (settings.lease_seconds, *words),
        lambda answer: [Held(text(word)) for word in answer],
    )


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a job ended. ``meta`` is Celery's result document, empty when results are ignored."""

    state: JobState
    meta: str | bytes = ""
    error: ErrorInfo | None = None
    reason: DeadReason | None = None
    result_ttl_seconds: int | None = None


def settle(held: Claim, end: Settlement) -> Call[bool]:
    """Records the outcome and ends the claim; false when the claim was lost and nothing changed."""
    both = settle_all([(held, end)])
    return Call(both.script, both.arguments, lambda answer: both.read(answer)[0])


def settle_all(ends: Sequence[tuple[Claim, Settlement]]) -> Call[list[bool]]:
    """Records many outcomes in one step each; one answer for each, in order."""
    return Call(
        load("settle"),
        lambda settings: (
            settings.record_ttl_seconds,
            *(word for held, end in ends for word in _words(held, end, settings)),
        ),
        lambda answer: [bool(word) for word in answer],
    )


def _words(held: Claim, end: Settlement, settings: StoreSettings) -> tuple[Argument, ...]:
    return (
        held.job_id,
        held.tag,
        held.queue,
        held.token,
        end.state,
        end.meta,
        end.result_ttl_seconds or settings.result_ttl_seconds,
        *error_words(end.error),
        end.reason or "",
    )


def note_retry(held: Claim, error: ErrorInfo, meta: str | bytes = "") -> Call[bool]:
    """Adds the error behind a retry to the job's story; the retry has its new place already."""
    return Call(
        load("note_retry"),
        lambda settings: (
            held.job_id,
            held.token,
            meta,
            settings.result_ttl_seconds,
            *error_words(error),
            held.attempt,
            held.delivery,
        ),
        lambda answer: text(answer) == "noted",
    )


def put_result(name: str, meta: str | bytes, ttl_seconds: int) -> Call[int]:
    """Write a result document that is no outcome, also when the server is full.

    ``name`` is its whole key; ``ttl_seconds`` of 0 keeps it for ever.
    """
    return Call(load("put_result"), lambda _: (name, meta, ttl_seconds), int)


def release(
    held: Claim, *, begun: bool, counted: bool, why: str, delay_seconds: float | None = None
) -> Call[bool]:
    """Gives a job back to the head of its queue; false when the claim was lost already.

    ``begun``: its handler had started. ``counted``: the run was cut short by a lost process, so
    it counts towards quarantine; a drain does not. ``delay_seconds``: a job that had not begun
    waits for so long before it is handed over again.
    """
    return Call(
        load("release"),
        lambda settings: (
            held.job_id,
            held.tag,
            held.queue,
            held.token,
            "1" if counted else "0",
            "1" if begun else "0",
            why,
            settings.max_deliveries,
            settings.result_ttl_seconds,
            "" if delay_seconds is None else f"{delay_seconds:.6f}",
        ),
        lambda answer: text(answer) != "refused",
    )


#: So many claims of a queue are looked at for an owner that is gone; others wait for their lease.
UNSEEN_OF_QUEUE = 500


def release_unseen(owner: str) -> Call[list[str]]:
    """Give back what an owner that has ended was handed and never saw; the ids of those jobs.

    For a process whose end is certain, once what it is known to hold has been given back: of its
    last claim it may have ended before it read the answer.
    """
    return Call(
        load("release_unseen"),
        lambda _: (owner, UNSEEN_OF_QUEUE),
        lambda answer: [text(job_id) for job_id in answer],
    )


def error_words(error: ErrorInfo | None) -> tuple[str, str]:
    """An error's type, and its message and traceback as the scripts take them, cut and sealed."""
    if error is None:
        return "", ""
    message = sealed(error.message[:MESSAGE_LIMIT])
    if error.traceback:
        message += f"{SEPARATOR}{sealed(error.traceback[-TRACEBACK_LIMIT:])}"
    return error.type, message


def message(held: Claim) -> Call[bytes]:
    """The message of a claimed job as it came; empty once the claim has ended."""
    return Call(load("message"), lambda _: (held.tag, held.queue), bytes)
