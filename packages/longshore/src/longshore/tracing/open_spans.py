"""Spans that have begun."""

from __future__ import annotations

from contextvars import ContextVar, Token

from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.trace import Span, StatusCode

from longshore.tracing.attributes import ERROR_TYPE, OUTCOME, Attributes


class Sending:
    """An enqueue under way."""

    __slots__ = ("_span",)

    def __init__(self, span: Span) -> None:
        self._span = span

    def end(self, error: BaseException | None = None) -> None:
        """The broker has answered, or has not."""
        if error is not None:
            fail(self._span, type(error).__name__, str(error))
        self._span.end()


class Run:
    """An attempt; current in its thread from here on, until it ends."""

    __slots__ = ("_outer", "_outer_run", "_told", "attributes", "inside", "span", "tag")

    def __init__(self, span: Span, inside: Context, tag: str, attributes: Attributes) -> None:
        self.span, self.inside, self.tag, self.attributes = span, inside, tag, attributes
        self._told = False
        self._outer = context.attach(inside)
        self._outer_run: Token[Run | None] = current_run.set(self)

    def outcome(self, word: str, error_type: str, message: str) -> None:
        """How it ends; the first word counts."""
        if self._told:
            return
        self._told = True
        self.span.set_attribute(OUTCOME, word)
        if error_type:
            fail(self.span, error_type, message)

    def end(self, error: BaseException | None = None) -> None:
        """The handler has returned, and what follows it is done."""
        current_run.reset(self._outer_run)
        context.detach(self._outer)
        if isinstance(error, SystemExit | KeyboardInterrupt):
            # The process ends with it: its parent tells of the attempt, under the same id.
            return
        if error is not None:
            self.outcome("failed", type(error).__name__, "")
        self.span.end()


current_run: ContextVar[Run | None] = ContextVar("longshore_run", default=None)


def fail(span: Span, error_type: str, message: str) -> None:
    """Mark a span as failed; the message has no secrets in it."""
    span.set_attribute(ERROR_TYPE, error_type)
    span.set_status(StatusCode.ERROR, message or error_type)
