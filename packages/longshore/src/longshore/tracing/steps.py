"""The end of an attempt, told to its span where it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from longshore.records import ErrorInfo, JobState
from longshore.tracing.holder import TRACING

if TYPE_CHECKING:
    from longshore.current import Claim
    from longshore.store.claims import Settlement

NO_ERROR = ErrorInfo("", "")


def ended(held: Claim, end: Settlement) -> None:
    """The attempt that runs here ends so; another process settles it."""
    if TRACING.spans is not None:
        error = end.error or NO_ERROR
        TRACING.spans.outcome(held, end.state.value, error.type, error.message)


def settling(held: Claim, end: Settlement) -> None:
    """The same, and it is settled from here."""
    if TRACING.spans is not None:
        ended(held, end)
        TRACING.spans.settling(held)


def settled(held: Claim, done: bool | None) -> bool | None:
    """The broker has answered; returns what it said."""
    if TRACING.spans is not None:
        TRACING.spans.settled(held, bool(done))
    return done


def retried(held: Claim, error: ErrorInfo) -> ErrorInfo:
    """The attempt that runs here has failed, and another one will follow it; returns the error."""
    if TRACING.spans is not None:
        TRACING.spans.outcome(held, JobState.RETRYING.value, error.type, error.message)
    return error
