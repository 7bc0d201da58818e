"""The rights there are, and how an endpoint says which one it needs."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from longshore.errors import SettingsError
from longshore.jobs import Job

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "longshore_scope"


class Scope(StrEnum):
    """A right; none of them includes another."""

    JOBS_READ = "jobs:read"
    """Look at tasks, jobs, results, files and queues."""
    JOBS_WRITE = "jobs:write"
    """Upload, enqueue, cancel."""
    MAIL_WRITE = "mail:write"
    """Enqueue mail, to anyone."""
    OPS_READ = "ops:read"
    """Look at dead letters, workers, schedules, the audit trail, measurements."""
    OPS_WRITE = "ops:write"
    """Replay, discard, pause, purge, reschedule; enqueue clean-ups of everybody's files."""


def needs(scope: Scope) -> Callable[[F], F]:
    """Declare the right that callers of the decorated endpoint must have."""

    def declare(endpoint: F) -> F:
        setattr(endpoint, _MARK, scope)
        return endpoint

    return declare


def declared(endpoint: Callable[..., Any]) -> Scope | None:
    """Return what the endpoint declares, if it does."""
    return getattr(endpoint, _MARK, None)


def needed_by(endpoint: Callable[..., Any]) -> Scope:
    """Return the right that an endpoint needs: the strongest, when it declares none."""
    return declared(endpoint) or Scope.OPS_WRITE


def needed_to_enqueue(job: type[Job]) -> Scope | None:
    """Return the right that enqueues jobs of a class; ``None``: nobody does so over HTTP.

    Raises:
        SettingsError: the class declares a scope that there is none of.
    """
    scope = job.spec.scope
    try:
        return None if scope is None else Scope(scope)
    except ValueError:
        message = f"task {job.spec.task}: scope {scope!r} is none of {', '.join(Scope)}"
        raise SettingsError(message) from None


def scopes_of(words: str) -> frozenset[Scope]:
    """Return the rights among some words; others mean nothing here."""
    known = set(Scope)
    return frozenset(Scope(word) for word in words.split() if word in known)
