"""What is known of a job: one record from acceptance on, and the attempts it took."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

#: The calendar's ends, in whole seconds since the epoch.
FIRST_MOMENT, LAST_MOMENT = -62_135_596_800.0, 253_402_300_799.0


def moment(seconds: float | None) -> datetime | None:
    """Return seconds since the epoch as a moment in UTC; the nearest one that there is.

    A record may hold any number: another producer on the same broker wrote it.
    """
    if seconds is None or math.isnan(seconds):
        return None
    return datetime.fromtimestamp(min(max(seconds, FIRST_MOMENT), LAST_MOMENT), UTC)


class JobState(StrEnum):
    """Where a job is; the drawing of the transitions is in docs/architecture.md."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    DEAD = "dead"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def finished(self) -> bool:
        """Whether no further attempt will follow unless a person asks for one."""
        return self in FINISHED_STATES


FINISHED_STATES = frozenset(
    {JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED, JobState.EXPIRED}
)


class Outcome(StrEnum):
    """How one attempt ended."""

    SUCCEEDED = "succeeded"
    RETRIED = "retried"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class DeadReason(StrEnum):
    """Why a job was kept for a person."""

    RETRIES_EXHAUSTED = "retries_exhausted"
    PERMANENT_ERROR = "permanent_error"
    TIME_LIMIT = "time_limit"
    WORKER_LOST = "worker_lost"
    QUARANTINED = "quarantined"
    EXPIRED = "expired"
    UNDECODABLE = "undecodable"
    UNKNOWN_TASK = "unknown_task"
    UNKNOWN_ARGUMENTS = "unknown_arguments"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """The error that ended an attempt; its traceback is kept in the attempt's story only."""

    type: str
    message: str
    traceback: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, as its handler told; ``total`` is ``None`` when that is not known."""

    done: float
    total: float | None
    note: str
    attempt: int
    told_at: float


@dataclass(frozen=True, slots=True)
class JobRecord:
    """The truth about one job. Times are seconds since the epoch by the broker's clock.

    ``attempts`` counts runs by a worker (a run cut short by a drain or crash is not counted
    again, a replay counts anew); ``deliveries`` counts every hand-over; ``interruptions`` the runs
    cut short; ``replays`` how often the job came back from the dead letters.
    """

    id: str
    task: str
    queue: str
    state: JobState
    priority: int
    attempts: int
    deliveries: int
    interruptions: int
    enqueued_at: float
    due_at: float | None
    started_at: float | None
    finished_at: float | None
    expires_at: float | None
    worker: str | None
    request_id: str | None
    fingerprint: str | None
    error: ErrorInfo | None
    dead_reason: DeadReason | None
    replays: int = 0
    discard_reason: str | None = None
    cancel_asked: bool = False
    progress: Progress | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One run of a job that did not simply succeed, for the story in its record."""

    attempt: int
    delivery: int
    worker: str
    started_at: float
    ended_at: float
    outcome: Outcome
    error: ErrorInfo | None
    retry_in_seconds: float | None


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """One queue at one instant; ages in seconds, ``None`` when nothing waits.

    From a queue that is paused nothing is claimed; ``paused_since`` is seconds since the epoch.
    ``delayed`` counts those that are ``due`` as well; ``latest_age_seconds`` is the age of the
    oldest job that waits or is due.
    """

    queue: str
    waiting: int
    delayed: int
    claimed: int
    dead: int
    oldest_age_seconds: float | None
    paused_since: float | None = None
    due: int = 0
    latest_age_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TaskStats:
    """Counts by outcome and run times of one task since its counters began; times in seconds."""

    task: str
    enqueued: int
    succeeded: int
    retried: int
    dead: int
    cancelled: int
    expired: int
    interrupted: int
    run_seconds_total: float
    run_seconds_max: float
    wait_seconds_total: float
    wait_seconds_max: float


@dataclass(frozen=True, slots=True)
class JobResult:
    """What Celery's result meta says of a finished job, decoded from JSON."""

    state: JobState
    value: object


@dataclass(frozen=True, slots=True)
class Page:
    """A page of records, newest first; ``cursor`` asks for the next one, ``None`` at the end."""

    records: tuple[JobRecord, ...]
    cursor: str | None
