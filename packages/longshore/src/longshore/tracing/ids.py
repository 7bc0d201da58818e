"""Ids of traces and spans that can be known from a claim alone.

The process that runs an attempt may be ended at any time. Whoever ends it can then tell of the
attempt under the very id that the spans within it name as their parent.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from longshore.current import Claim


def span_of(held: Claim) -> int:
    """The span id of the attempt under this claim, whose token no other attempt ever has."""
    return _number(f"attempt\n{held.tag}\n{held.token}", 8)


def trace_of(job_id: str) -> int:
    """The trace id of a job whose message names none."""
    return _number(f"job\n{job_id}", 16)


def _number(text: str, size: int) -> int:
    # All zeros would be no id.
    return int.from_bytes(sha256(text.encode()).digest()[:size], "big") or 1


class _Chosen(threading.local):
    trace: int | None = None
    span: int | None = None


class Ids(RandomIdGenerator):
    """Random, unless this thread has chosen the next ones."""

    def __init__(self) -> None:
        self._next = _Chosen()

    @contextmanager
    def chosen(self, *, trace: int | None, span: int | None) -> Iterator[None]:
        """The span that is started within it has these."""
        self._next.trace, self._next.span = trace, span
        try:
            yield
        finally:
            self._next.trace = self._next.span = None

    def generate_span_id(self) -> int:
        """Called by the SDK for each span."""
        return super().generate_span_id() if self._next.span is None else self._next.span

    def generate_trace_id(self) -> int:
        """Called by the SDK for each span without a parent."""
        return super().generate_trace_id() if self._next.trace is None else self._next.trace
