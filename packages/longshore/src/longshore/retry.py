"""What follows a failed attempt, as a pure function of the policy, the attempt and the error.

A job is tried again only after an error that its policy names as transient. Everything else is
kept for a person at once: repeating a bug five times cures nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded

from longshore.errors import InvalidJob, Permanent, SettingsError, Transient
from longshore.records import DeadReason

# Beyond this many doublings every sane policy has met its longest delay, and floats overflow.
MAX_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how late a task is tried again.

    The n-th retry waits ``first_delay_seconds * factor ** (n - 1)``, at most
    ``max_delay_seconds``; ``jitter`` is the largest fraction of the delay added to it by chance.
    ``max_retries`` does not count the first attempt. Errors in ``discard_on`` end the job
    without a trace in the dead letters. Raises SettingsError when a number is out of range.
    """

    max_retries: int = 5
    first_delay_seconds: float = 60.0
    factor: float = 2.0
    max_delay_seconds: float = 3600.0
    jitter: float = 0.1
    retry_on: tuple[type[BaseException], ...] = (Transient,)
    discard_on: tuple[type[BaseException], ...] = ()

    def __post_init__(self) -> None:
        _require(self.max_retries >= 0, "max_retries must be 0 or more")
        _require(self.first_delay_seconds >= 0, "first_delay_seconds must be 0 or more")
        _require(1 <= self.factor <= 100, "factor must be between 1 and 100")
        _require(
            self.max_delay_seconds >= self.first_delay_seconds,
            "max_delay_seconds must be at least first_delay_seconds",
        )
        _require(0 <= self.jitter <= 1, "jitter must be between 0 and 1")

    def delay_seconds(self, attempt: int, *, random: float) -> float:
        """Return the wait after this attempt; ``random`` is in [0, 1) and scales the jitter."""
        exponent = min(attempt - 1, MAX_EXPONENT)
        delay = min(self.max_delay_seconds, self.first_delay_seconds * self.factor**exponent)
        return delay * (1 + self.jitter * random)


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Run the job again after this wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Keep the job for a person."""

    reason: DeadReason


@dataclass(frozen=True, slots=True)
class Discard:
    """Drop the job on purpose."""


Decision = RetryAfter | DeadLetter | Discard


def decide(policy: RetryPolicy, attempt: int, error: BaseException, *, random: float) -> Decision:
    """Return what follows ``error`` in attempt number ``attempt`` (the first is 1)."""
    if policy.discard_on and isinstance(error, policy.discard_on):
        return Discard()
    if not _is_transient(policy, error):
        return DeadLetter(permanent_reason(error))
    if attempt > policy.max_retries:
        return DeadLetter(DeadReason.RETRIES_EXHAUSTED)
    return RetryAfter(policy.delay_seconds(attempt, random=random))


def permanent_reason(error: BaseException) -> DeadReason:
    """Return why a job with an error that no retry cures is kept."""
    if isinstance(error, InvalidJob):
        return DeadReason.UNKNOWN_ARGUMENTS
    if isinstance(error, SoftTimeLimitExceeded):
        return DeadReason.TIME_LIMIT
    return DeadReason.PERMANENT_ERROR


def _is_transient(policy: RetryPolicy, error: BaseException) -> bool:
    if isinstance(error, Permanent | InvalidJob):
        return False
    return isinstance(error, policy.retry_on)


def _require(holds: bool, rule: str) -> None:
    if not holds:
        message = f"retry policy: {rule}"
        raise SettingsError(message)
