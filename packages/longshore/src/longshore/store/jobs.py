"""Jobs as their record tells it: accept, look up, search, cancel."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from longshore.envelope import NewJob, Post, encode, queue_name, words
from longshore.errors import UnknownJob
from longshore.records import (
    AttemptRecord,
    DeadReason,
    ErrorInfo,
    JobRecord,
    JobResult,
    JobState,
    Outcome,
    Page,
    Progress,
)
from longshore.sealing.payload import opened, shown
from longshore.store.call import Call, fields, text
from longshore.store.scripts import load, load_when_full

logger = logging.getLogger(__name__)

#: What reading an entry raises that was not written by this version.
UNREADABLE = (KeyError, TypeError, ValueError)
#: How many entries one search looks at before it hands out a cursor.
SEARCH_SCAN = 1000
#: A script must not hold the server up: about 10 ms of its time.
MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What became of an enqueue.

    ``created`` is false when the job was there already: the same publish sent twice, or a
    ``unique`` job; ``fingerprint`` is then the earlier one's. ``refused`` means that the caller
    tried to retry a job which it no longer owns.
    """

    job_id: str
    created: bool
    fingerprint: str | None
    refused: bool = False


def enqueue(job: NewJob) -> Call[Enqueued]:
    """Accepts a job: record, idempotency check, place and doorbell in one step."""
    return post(encode(job))


def enqueue_all(jobs: Iterable[NewJob]) -> Call[list[Enqueued]]:
    """Accepts up to 1,000 jobs in one step; one answer for each, in order.

    Raises:
        ValueError: there are more.
    """
    return post_all([encode(job) for job in jobs])


def post(message: Post, *, onward: bool = False) -> Call[Enqueued]:
    """Accepts a message that is already in kombu's envelope.

    ``onward``: it is what a job that ends leads to, which a full server takes as well.
    """
    both = post_all([message])
    return Call(
        load_when_full("enqueue") if onward else both.script,
        both.arguments,
        lambda answer: both.read(answer)[0],
        accepts=True,
        posts=both.posts,
    )


def post_all(messages: Sequence[Post]) -> Call[list[Enqueued]]:
    """Accepts messages that are already in kombu's envelope, up to 1,000 in one step.

    Raises:
        ValueError: there are more.
        NotAQueue: one names another key as its queue.
    """
    if len(messages) > MOST_AT_ONCE:
        raise ValueError(f"{len(messages)} jobs at once; at most {MOST_AT_ONCE} are taken")
    for message in messages:
        queue_name(message.queue)

    return Call(
        load("enqueue"),
        lambda settings: (settings.recent_limit, *words(messages)),
        lambda answer: list(map(_enqueued, messages, answer)),
        accepts=True,
        posts=messages,
    )


def _enqueued(message: Post, answer: int | Sequence[bytes]) -> Enqueued:
    if answer == 1:
        return Enqueued(message.job_id, True, message.fingerprint)
    outcome, fingerprint = map(text, cast("Sequence[bytes]", answer))
    return Enqueued(message.job_id, False, fingerprint or None, outcome == "refused")


def get(job_id: str) -> Call[JobRecord]:
    """One record.

    Raises:
        UnknownJob: there is none under this id.
    """

    def read(answer: Sequence[bytes]) -> JobRecord:
        if not answer:
            raise UnknownJob(job_id)
        return read_record(job_id, fields(answer))

    return Call(load("job"), lambda _: (job_id,), read)


def attempts(job_id: str) -> Call[tuple[AttemptRecord, ...]]:
    """The runs that did not simply succeed, oldest first; at most the last 50."""
    return Call(
        load("attempts"),
        lambda _: (job_id,),
        read_attempts,
    )


def search(
    state: JobState | None = None,
    task: str | None = None,
    queue: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
    since: float | None = None,
    until: float | None = None,
    client: str | None = None,
) -> Call[Page]:
    """Records newest first out of a bounded recent history (``StoreSettings.recent_limit``).

    A record that cannot be read is logged and left out. A page may be short, even empty, and still
    carry a cursor: each call looks at a bounded number of entries. ``since`` and
    ``until`` are seconds since the epoch, of the acceptance.
    """

    def read(answer: list[Any]) -> Page:
        found = (readable_record(text(job_id), fields(flat)) for job_id, flat in answer[1])
        records = tuple(record for record in found if record is not None)
        return Page(records, text(answer[0]) or None)

    wanted = (state or "", task or "", queue or "", cursor or "")
    arguments = (*wanted, SEARCH_SCAN, limit, _moment(since), _moment(until), client or "")
    return Call(load("search"), lambda _: arguments, read)


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.6f}"


def cancel(job_id: str, *, running: bool = True, ask: bool = False) -> Call[JobState]:
    """Asks that a job not run (again); answers the state it is in now.

    ``running`` means that its worker will be told at its next lease renewal; with
    ``running=False`` a job that runs is left to run. With ``ask`` nothing ends its run: its handler
    learns of it when it looks (``longshore.running.cancelled``). A job that has finished stays as
    it is.

    Raises:
        UnknownJob: there is no record under this id.
    """
    meta = revoked_meta(job_id)

    def read(answer: bytes) -> JobState:
        if text(answer) == "unknown":
            raise UnknownJob(job_id)
        return JobState(text(answer))

    return Call(
        load("cancel"),
        lambda settings: (
            job_id,
            meta,
            settings.result_ttl_seconds,
            settings.record_ttl_seconds,
            "asked" if ask else "1" if running else "0",
        ),
        read,
    )


def result(job_id: str) -> Call[JobResult]:
    """A job's state and, once it succeeded, its result.

    Raises:
        UnknownJob: there is no record under this id.
    """

    def read(answer: list[bytes]) -> JobResult:
        state, meta = text(answer[0]), text(answer[1])
        if not state:
            raise UnknownJob(job_id)
        value = json.loads(opened(meta))["result"] if state == "succeeded" and meta else None
        return JobResult(JobState(state), value)

    return Call(load("result"), lambda _: (job_id,), read)


def revoked_meta(job_id: str) -> str:
    """Celery's result meta of a revoked task, for whoever waits in ``AsyncResult.get()``."""
    return json.dumps(
        {
            "status": "REVOKED",
            "result": {
                "exc_type": "TaskRevokedError",
                "exc_message": ["revoked"],
                "exc_module": "celery.exceptions",
            },
            "traceback": None,
            "children": [],
            "date_done": datetime.now(UTC).isoformat(),
            "task_id": job_id,
        }
    )


def _number(words: dict[str, str], name: str) -> float | None:
    try:
        return float(words[name]) if words.get(name) else None
    except ValueError:
        return None


def _count(words: dict[str, str], name: str) -> int:
    number = _number(words, name)
    return int(number) if number is not None and math.isfinite(number) else 0


def _error(words: dict[str, str]) -> ErrorInfo | None:
    if not words.get("error_type"):
        return None
    return ErrorInfo(words["error_type"], shown(words.get("error_message", "")))


def _dead_reason(words: dict[str, str]) -> DeadReason | None:
    try:
        return DeadReason(words["dead_reason"]) if words.get("dead_reason") else None
    except ValueError:
        return None


def _progress(words: dict[str, str]) -> Progress | None:
    if "progress" not in words:
        return None
    moment = _number(words, "progress_at") or 0.0
    try:
        told = json.loads(words["progress"])
        return Progress(told["done"], told["total"], told["note"], told["attempt"], moment)
    except UNREADABLE:
        return None


def readable_record(job_id: str, words: dict[str, str]) -> JobRecord | None:
    """A record out of the fields of its hash, for a list; ``None`` when it cannot be read."""
    try:
        return read_record(job_id, words)
    except UNREADABLE as error:
        logger.warning("the record of job %s cannot be read: %r", job_id, error)
        return None


def read_record(job_id: str, words: dict[str, str]) -> JobRecord:
    """A record out of the fields of its hash. A time or number that is none reads as not set.

    Raises:
        KeyError, ValueError: it has no state, or one that this version does not know.
    """
    return JobRecord(
        id=job_id,
        task=words.get("task", ""),
        queue=words.get("queue", ""),
        state=JobState(words["state"]),
        priority=_count(words, "priority"),
        attempts=_count(words, "attempts"),
        deliveries=_count(words, "deliveries"),
        interruptions=_count(words, "interruptions"),
        enqueued_at=_number(words, "enqueued_at") or 0.0,
        due_at=_number(words, "due_at"),
        started_at=_number(words, "started_at"),
        finished_at=_number(words, "finished_at"),
        expires_at=_number(words, "expires_at"),
        worker=words.get("worker"),
        request_id=words.get("request_id"),
        fingerprint=words.get("fingerprint"),
        error=_error(words),
        dead_reason=_dead_reason(words),
        replays=_count(words, "replays"),
        discard_reason=words.get("discard_reason"),
        cancel_asked=words.get("cancel") == "1",
        progress=_progress(words),
        client=words.get("client"),
    )


def _told_error(kind: str, entry: dict[str, Any]) -> ErrorInfo:
    traceback = entry.get("traceback")
    said = shown(entry.get("error_message", ""))
    return ErrorInfo(kind, said, None if traceback is None else shown(traceback))


def read_attempts(story: Sequence[bytes | str]) -> tuple[AttemptRecord, ...]:
    """The attempts out of the entries of a story, without those that cannot be read."""
    found = []
    for entry in story:
        with suppress(*UNREADABLE):
            found.append(read_attempt(json.loads(entry)))
    return tuple(found)


def read_attempt(entry: dict[str, Any]) -> AttemptRecord:
    """An attempt out of its entry in the story."""
    kind = entry.get("error_type")
    return AttemptRecord(
        attempt=int(entry["attempt"]),
        delivery=int(entry["delivery"]),
        worker=entry.get("worker") or "",
        started_at=float(entry["started_at"]),
        ended_at=float(entry["ended_at"]),
        outcome=Outcome(entry["outcome"]),
        error=_told_error(kind, entry) if kind else None,
        retry_in_seconds=entry.get("retry_in_seconds"),
    )
