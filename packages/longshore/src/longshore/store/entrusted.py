"""Jobs whose messages another broker holds: their records here, and who runs them.

A record is written before the message is published and confirmed after it, so that an id is taken
once and a publish that nobody confirmed is made again. A run is fenced by the token of the record:
outcome and progress are those of ``claims`` and ``control``, which look at nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from longshore.current import Claim
from longshore.envelope import Post
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store.call import Argument, Call, text
from longshore.store.claims import error_words
from longshore.store.scripts import load

#: How long a record waits for its publish to be made again, by whoever repeats the enqueue.
UNCONFIRMED_SECONDS = 3600
#: A dead letter waits for a person elsewhere; its record for so long.
DEAD_RECORD_SECONDS = 30 * 86_400


class Word(StrEnum):
    """Whether a message is to be published: ``new`` and ``again`` are."""

    NEW = "new"
    AGAIN = "again"
    BUSY = "busy"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Entrusted:
    """The answer to one post; ``fingerprint`` is that of the job which has the id."""

    word: Word
    fingerprint: str


def entrust(posts: Sequence[Post]) -> Call[list[Entrusted]]:
    """Writes the records of these jobs, one answer for each."""
    words = [word for post in posts for word in _words(post)]
    return Call(
        load("entrust"),
        lambda settings: (
            settings.recent_limit,
            UNCONFIRMED_SECONDS,
            2 * settings.deadline_seconds,
            *words,
        ),
        lambda answer: [Entrusted(Word(text(word)), text(mark)) for word, mark in answer],
        accepts=True,
    )


def confirm(job_ids: Sequence[str], *, held: bool) -> Call[bool]:
    """Tells that the other broker holds these jobs, or that it refused them."""
    return Call(load("confirm"), lambda _: ("1" if held else "0", *job_ids), bool, accepts=held)


def take_up(
    job_id: str, *, task: str, queue: str, owner: str, worker: str, attempt: int
) -> Call[Claim | None]:
    """Begins a run; ``None`` when the job is not to run: it has ended, or its cancel was asked."""

    def read(answer: Sequence[Any]) -> Claim | None:
        if len(answer) < 2:
            return None
        return Claim(job_id, job_id, queue, text(answer[0]), attempt, int(answer[1]))

    arguments = (job_id, task, queue, owner, worker, attempt)
    return Call(load("take_up"), lambda _: arguments, read)


def put_off(
    held: Claim, error: ErrorInfo, delay_seconds: float, meta: str | bytes = b""
) -> Call[bool]:
    """Ends a run in a retry; false when somebody has taken the job up since."""
    return Call(
        load("put_off"),
        lambda settings: (
            held.job_id,
            held.token,
            f"{delay_seconds:.6f}",
            meta,
            settings.result_ttl_seconds,
            *error_words(error),
            held.attempt,
            held.delivery,
        ),
        lambda answer: text(answer) == "noted",
    )


def give_up(job_id: str, reason: DeadReason, error: ErrorInfo) -> Call[bool]:
    """Notes that the other broker keeps the job as a dead letter; false when that was known."""
    return Call(
        load("give_up"),
        lambda settings: (
            job_id,
            reason,
            *error_words(error),
            DEAD_RECORD_SECONDS,
            settings.result_ttl_seconds,
        ),
        lambda answer: text(answer) == "dead",
    )


def holder(job_id: str) -> Call[Claim | None]:
    """The claim of whoever runs the job, or the right to end it before anybody does.

    ``None`` when there is no such job or it has ended.
    """

    def read(answer: Sequence[bytes | None]) -> Claim | None:
        state, queue, token, attempts, deliveries = map(text, answer)
        if not state or JobState(state).finished:
            return None
        return Claim(job_id, job_id, queue, token, int(attempts or 1), int(deliveries or 0))

    return Call(load("holder"), lambda _: (job_id,), read)


def _words(post: Post) -> tuple[Argument, ...]:
    return (
        post.job_id,
        post.task,
        post.queue,
        post.priority,
        post.fingerprint or "",
        post.request_id or "",
        _seconds(post.due_at),
        _seconds(post.delay_seconds),
        _seconds(post.expires_in_seconds),
        post.client or "",
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
