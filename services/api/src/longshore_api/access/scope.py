"""The rights there are, and how an endpoint says which one it needs."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "longshore_scope"


class Scope(StrEnum):
    """A right; none of them includes another."""

    JOBS_READ = "jobs:read"
    """Look at tasks, jobs, results, files and queues."""
    JOBS_WRITE = "jobs:write"
    """Upload, enqueue, cancel."""
    OPS_READ = "ops:read"
    """Look at dead letters, workers, schedules, the audit trail, measurements."""
    OPS_WRITE = "ops:write"
    """Replay, discard, pause, purge, reschedule."""


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


def scopes_of(words: str) -> frozenset[Scope]:
    """Return the rights among some words; others mean nothing here."""
    known = set(Scope)
    return frozenset(Scope(word) for word in words.split() if word in known)
