"""The steps of a job's life as spans, by OpenTelemetry's conventions for messaging.

Source: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ (decision 95).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    Tracer,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from longshore.current import Claim
from longshore.tracing import attributes as told
from longshore.tracing.holder import CLAIMED_AT
from longshore.tracing.ids import Ids, span_of, trace_of
from longshore.tracing.open_spans import Run, Sending, current_run, fail

W3C = TraceContextTextMapPropagator()
CONTEXT_HEADERS = ("traceparent", "tracestate")
#: Outcomes of lost claims are never settled, and must not add up.
MOST_WAITING = 10_000
_batch: ContextVar[Span | None] = ContextVar("longshore_batch_span", default=None)


class JobSpans:
    """Made by one tracer; ``longshore.tracing.holder.Spans`` says what each method is for."""

    def __init__(self, tracer: Tracer, ids: Ids, flush: Callable[[], None]) -> None:
        self._tracer, self._ids, self.flush = tracer, ids, flush
        self._settling: dict[str, tuple[Context, told.Attributes, int]] = {}

    def publish(
        self, task: str, job_id: str, queue: str, headers: MutableMapping[str, Any]
    ) -> Sending | None:
        """A message that has a context keeps it: a retry, or somebody else's instrumentation."""
        if "traceparent" in headers:
            return None
        batch = _batch.get()
        word = "send" if batch is None else "create"
        span = self._tracer.start_span(
            f"{word} {task}",
            context=None if batch is None else Context(),
            kind=SpanKind.PRODUCER,
            attributes=told.sent(word, task, job_id, queue, headers),
            links=() if batch is None else [Link(batch.get_span_context())],
        )
        W3C.inject(headers, trace.set_span_in_context(span))
        return Sending(span)

    @contextmanager
    def batch(self, task: str, queue: str, count: int) -> Generator[None]:
        """A span for all of them."""
        attributes = told.batch(task, queue, count)
        kind = SpanKind.PRODUCER
        with self._tracer.start_as_current_span(
            f"send {task}", kind=kind, attributes=attributes, record_exception=False
        ) as span:
            token = _batch.set(span)
            try:
                yield
            finally:
                _batch.reset(token)

    def begin(self, held: Claim | None, request: Any) -> Run:
        """What was claimed has waited in this worker until now: that is a span before it."""
        now = time.time_ns()
        attributes = told.attempt(held, request)
        parent = context.get_current() if request.get("is_eager") else _creation(request)
        claimed_at = request.get(CLAIMED_AT)
        if isinstance(claimed_at, int):
            self._step("claim", attributes, parent, claimed_at, now)
        span = self._attempt(held, attributes, parent, now)
        inside = trace.set_span_in_context(span, parent)
        return Run(span, inside, held.tag if held is not None else "", attributes)

    def _attempt(
        self, held: Claim | None, attributes: told.Attributes, parent: Context, began: int
    ) -> Span:
        job_id = str(attributes["messaging.message.id"])
        own = None if held is None else span_of(held)
        with self._ids.chosen(trace=trace_of(job_id), span=own):
            return self._tracer.start_span(
                f"process {attributes['longshore.task']}",
                context=parent,
                kind=SpanKind.CONSUMER,
                attributes=attributes,
                start_time=began,
            )

    def _step(
        self, word: str, attributes: told.Attributes, parent: Context, began: int, ended: int
    ) -> None:
        job_id = str(attributes["messaging.message.id"])
        with self._ids.chosen(trace=trace_of(job_id), span=None):
            span = self._tracer.start_span(
                f"{word} {attributes['longshore.task']}",
                context=parent,
                kind=SpanKind.CLIENT,
                attributes=told.step(word, attributes),
                start_time=began,
            )
        span.end(ended)

    def outcome(self, held: Claim, word: str, error_type: str = "", message: str = "") -> None:
        """Of the attempt that runs here, if it is that claim's."""
        run = current_run.get()
        if run is not None and run.tag == held.tag:
            run.outcome(word, error_type, message)

    def settling(self, held: Claim, request: Any = None) -> None:
        """The attempt runs here, or ``request`` tells of one in another process."""
        run = current_run.get()
        if run is not None and run.tag == held.tag:
            inside, attributes = run.inside, run.attributes
        elif request is not None:
            inside, attributes = _elsewhere(held, request), told.attempt(held, request)
        else:
            return
        if len(self._settling) >= MOST_WAITING:
            self._settling.clear()
        self._settling[held.tag] = inside, attributes, time.time_ns()

    def settled(self, held: Claim, done: bool) -> None:
        """The time from its outcome to the broker's word on it."""
        waiting = self._settling.pop(held.tag, None)
        if waiting is not None:
            inside, attributes, began = waiting
            refused = {"longshore.refused": not done}
            self._step("settle", {**attributes, **refused}, inside, began, time.time_ns())

    def lost(self, held: Claim, request: Any, began: float, error_type: str, why: str) -> None:
        """Its own process cannot tell of it any more."""
        attributes, parent = told.attempt(held, request), _creation(request)
        span = self._attempt(held, attributes, parent, int(began * 1e9))
        span.set_attribute(told.OUTCOME, "interrupted")
        fail(span, error_type, why)
        span.end()

    def served(self, method: str, route: str) -> None:
        """As the framework names the spans of its own routes."""
        span = trace.get_current_span()
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)

    def ids(self) -> tuple[str, str] | None:
        """In hexadecimal digits."""
        current = trace.get_current_span().get_span_context()
        if not current.is_valid:
            return None
        return trace.format_trace_id(current.trace_id), trace.format_span_id(current.span_id)


def _creation(request: Any) -> Context:
    """The context in which the message was made; empty when it names none."""
    headers = request.get("headers")
    own: Mapping[str, Any] = headers if isinstance(headers, Mapping) else {}
    found = {name: request.get(name) or own.get(name) for name in CONTEXT_HEADERS}
    texts = {name: value for name, value in found.items() if isinstance(value, str)}
    return W3C.extract(texts, Context())


def _elsewhere(held: Claim, request: Any) -> Context:
    """Within the attempt that runs under this claim in another process."""
    creation = _creation(request)
    parent = trace.get_current_span(creation).get_span_context()
    trace_id = parent.trace_id if parent.is_valid else trace_of(held.job_id)
    flags = parent.trace_flags if parent.is_valid else TraceFlags(TraceFlags.SAMPLED)
    attempt = SpanContext(trace_id, span_of(held), True, flags, parent.trace_state)
    return trace.set_span_in_context(NonRecordingSpan(attempt), creation)
