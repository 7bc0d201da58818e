"""How a line is written: for a person at a terminal, or for a machine that collects it."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import structlog
from structlog.typing import Processor


def renderer(*, as_json: bool | None) -> Processor:
    """Return the last processor; ``None`` chooses by where standard error goes."""
    if as_json is None:
        as_json = not sys.stderr.isatty()
    return _json() if as_json else _pretty()


def _json() -> Processor:
    return structlog.processors.JSONRenderer(serializer=_dumps)


def _dumps(event: object, **options: Any) -> str:
    return json.dumps(event, ensure_ascii=False, **options)


def _pretty() -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=_colours(),
        pad_event_to=0,
        # The other formatters print local variables, and with them what must not be read.
        exception_formatter=structlog.dev.plain_traceback,
    )


def _colours() -> bool:
    # https://no-color.org and https://force-color.org
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stderr.isatty()
