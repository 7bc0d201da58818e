"""The fields of every line, in the order in which they are read."""

from __future__ import annotations

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from longshore.current import request_id
from longshore.logs.redaction import redact
from longshore.tracing.holder import TRACING

FIRST = ("timestamp", "level", "service", "logger", "event")
# uvicorn and Celery hand their message over a second time, with colours or with all arguments.
SAID_TWICE = ("color_message", "data")


def collecting(service: str) -> list[Processor]:
    """Return what gathers the fields of a line, whoever logged it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Service(service),
        _of_request,
        _of_span,
    ]


def foreign(service: str) -> list[Processor]:
    """Return the same for a line of the standard library's logging."""
    return [*collecting(service), structlog.stdlib.ExtraAdder(), _said_once]


def finishing() -> list[Processor]:
    """Return what every line goes through last, before it is written out."""
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.UnicodeDecoder(),
        redact,
        _ordered,
    ]


class _Service:
    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", self._name)
        return event


def _of_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    current = request_id.get()
    if current is not None:
        event.setdefault("request_id", current)
    return event


def _of_span(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    current = None if TRACING.spans is None else TRACING.spans.ids()
    if current is not None:
        event.setdefault("trace_id", current[0])
        event.setdefault("span_id", current[1])
    return event


def _said_once(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in SAID_TWICE:
        event.pop(name, None)
    return event


def _ordered(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    first = {name: event.pop(name) for name in FIRST if name in event}
    return {**first, **event}
