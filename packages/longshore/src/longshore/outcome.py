"""From what Celery says of an attempt to what its record keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from billiard.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded, WorkerLostError
from celery import states
from celery.exceptions import (
    MaxRetriesExceededError,
    NotRegistered,
    Reject,
    TaskRevokedError,
)

from longshore.current import Claim
from longshore.errors import HandlerExit, InvalidJob
from longshore.logs.redaction import redact_text, shortened
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store.claims import Settlement

REASONS: tuple[tuple[type[BaseException], DeadReason], ...] = (
    (TimeLimitExceeded, DeadReason.TIME_LIMIT),
    (SoftTimeLimitExceeded, DeadReason.TIME_LIMIT),
    (WorkerLostError, DeadReason.WORKER_LOST),
    (MaxRetriesExceededError, DeadReason.RETRIES_EXHAUSTED),
    (NotRegistered, DeadReason.UNKNOWN_TASK),
    (InvalidJob, DeadReason.UNKNOWN_ARGUMENTS),
    (Reject, DeadReason.REJECTED),
)

#: An exception may carry the reason that its raiser knows, under this name.
REASON_ATTRIBUTE = "longshore_reason"


class Sink(Protocol):
    """Where outcomes go instead of straight to the store, to be settled in batches."""

    def add(self, claim: Claim, settlement: Settlement) -> bool:
        """An attempt has ended; false when its outcome is to be settled here and now."""


@dataclass(slots=True)
class SinkHolder:
    """The sink of this process, if it has one."""

    sink: Sink | None = None


HOLDER = SinkHolder()


def claim_of(request: Any) -> Claim | None:
    """The claim under which a Celery request runs; ``None`` on a stock transport."""
    header = getattr(request, "longshore", None)
    if not isinstance(header, Mapping):
        return None
    return Claim(**header)


def error_of(error: object, traceback: object = None) -> ErrorInfo:
    """An exception as the record shows it: its type and message, on one line, without secrets.

    A traceback is text; what Celery has in its place otherwise is left out.
    """
    shown = redact_text(encodable(traceback)) if isinstance(traceback, str) else None
    if error is None:
        return ErrorInfo("Retry", "asked for by the task", shown)
    kind, said = type(error).__name__, text_of(error)
    if isinstance(error, HandlerExit):
        kind, said = error.kind, encodable(error.text)
    return ErrorInfo(kind, redact_text(" ".join(shortened(said).split())), shown)


def text_of(error: object) -> str:
    """Return what an error says, also of one whose own text fails, as text that can be encoded."""
    try:
        return encodable(str(error))
    except Exception as failure:  # noqa: BLE001  whatever a handler's own class does
        return f"its text cannot be had ({type(failure).__name__})"


def encodable(text: str) -> str:
    """Return the text with what UTF-8 has no form for, such as a lone surrogate, written out."""
    return text.encode(errors="backslashreplace").decode()


def reason_of(error: object, retries: int = 0, max_retries: int | None = None) -> DeadReason:
    """Why an attempt that failed for good was the last one."""
    own = getattr(error, REASON_ATTRIBUTE, None)
    if isinstance(own, DeadReason):
        return own
    for kind, reason in REASONS:
        if isinstance(error, kind):
            return reason
    if retries and max_retries is not None and retries >= max_retries:
        return DeadReason.RETRIES_EXHAUSTED
    return DeadReason.PERMANENT_ERROR


def settlement_of(
    state: str,
    result: object,
    meta: str | bytes = b"",
    retries: int = 0,
    max_retries: int | None = None,
    traceback: object = None,
) -> Settlement:
    """The settlement of an attempt that ended in one of Celery's final states."""
    if state == states.SUCCESS:
        return Settlement(JobState.SUCCEEDED, meta)
    if state == states.REVOKED:
        return _revoked(result, meta)
    reason = reason_of(result, retries, max_retries)
    return Settlement(JobState.DEAD, meta, error_of(result, traceback), reason)


def _revoked(result: object, meta: str | bytes) -> Settlement:
    if isinstance(result, TaskRevokedError) and "expired" in str(result):
        error = ErrorInfo("Expired", "nobody wanted the result any more")
        return Settlement(JobState.EXPIRED, meta, error, DeadReason.EXPIRED)
    return Settlement(JobState.CANCELLED, meta, ErrorInfo("Cancelled", str(result)))


def told_of(held: Claim, request: Any) -> dict[str, Any]:
    """What a log line or a report says of the attempt under a claim."""
    claimed = {
        "job_id": held.job_id,
        "queue": held.queue,
        "attempt": held.attempt,
        "delivery": held.delivery,
    }
    known = (("task", "task"), ("request_id", "request_id"), ("worker", "hostname"))
    others = {name: getattr(request, key, None) for name, key in known}
    return claimed | {name: value for name, value in others.items() if value}
