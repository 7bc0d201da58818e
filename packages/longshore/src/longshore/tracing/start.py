"""Switches tracing on; what it needs is loaded when the first span is made."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any, cast

from longshore.tracing.asked import ENDPOINTS, asks, complaint
from longshore.tracing.holder import NOTHING, TRACING, Spans

logger = logging.getLogger(__name__)
_turn = threading.RLock()


class _Pending:
    """In the place of the spans until the first one: a command line may never make any."""

    def __init__(self, service: str) -> None:
        self.service = service

    def ids(self) -> None:
        """There is no span yet."""

    def flush(self) -> None:
        """Nor anything to send."""

    def __getattr__(self, name: str) -> Any:
        spans = _begin(self)
        return getattr(spans or _NONE, name)


class _None:
    """Spans cannot be made, which was said."""

    def batch(self, *_: object) -> Any:
        return NOTHING

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


_NONE = _None()


def follow(service: str = "") -> None:
    """Make spans if the environment asks for them; whoever follows first names the service.

    ``OTEL_SERVICE_NAME`` goes before ``service``.
    """
    if TRACING.spans is None and asks(os.environ):
        TRACING.spans = cast("Spans", _Pending(service))


def start(service: str = "") -> None:
    """The same, and load at once what is needed: before a fork, or before anybody waits."""
    follow(service)
    pending = cast("object", TRACING.spans)
    if isinstance(pending, _Pending):
        _begin(pending)


def _begin(pending: _Pending) -> Spans | None:
    """What cannot be had is said in one line; the process goes on without traces."""
    with _turn:
        if TRACING.spans is pending:
            TRACING.spans = None
            TRACING.spans = _new(pending.service)
        return TRACING.spans


def _new(service: str) -> Spans | None:
    wrong = complaint(os.environ)
    if wrong is None:
        try:
            from longshore.tracing.provider import new_spans  # noqa: PLC0415 - only when asked for

            return new_spans(service)
        except ImportError as error:
            asked = next(name for name in ENDPOINTS if os.environ.get(name))
            wrong = f"{asked} is set, but {error.name} is missing: install longshore[tracing]"
    logger.warning("no traces: %s", wrong)
    return None


def flush() -> None:
    """Send what was made so far: for the end of a process that ends without Python's own."""
    if TRACING.spans is not None:
        TRACING.spans.flush()
