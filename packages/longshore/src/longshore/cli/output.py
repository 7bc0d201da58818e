"""What a command says: a table for people, JSON for programs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from longshore.cli.durations import shown

F = TypeVar("F", bound=Callable[..., Any])

#: Columns whose text may be long.
WIDE = ("", "error", "found", "problem", "progress", "queues", "sent", "takes", "why", "worker")

#: Fields that are moments, in seconds since the epoch.
MOMENTS = ("_at", "_slot", "since", "until")


def json_option(command: F) -> F:
    """The option ``--json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help="JSON on standard output, no table."
    )(command)


def plain(value: Any, name: str = "") -> Any:
    """A value as JSON can hold it; moments are written as RFC 3339."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name), one.name) for one in fields(value)}
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, float) and name.endswith(MOMENTS):
        return datetime.fromtimestamp(value, UTC).isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one, str(key)) for key, one in value.items()}
    return value


def say_json(value: Any) -> None:
    """Writes a value as JSON on standard output."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    title: str = "",
    *,
    shortened: Sequence[str] = (),
) -> Table:
    """Rows under their columns; nothing in a cell is read as markup.

    On a narrow screen the columns of ``WIDE`` give way, and an id stays whole. Those that are
    ``shortened`` keep to one line.
    """
    made = Table(title=title or None, title_justify="left")
    for name in columns:
        made.add_column(name, no_wrap=name not in WIDE)
    for row in rows:
        pairs = zip(columns, row, strict=True)
        made.add_row(*(_cell(cell, short=name in shortened) for name, cell in pairs))
    return made


def _cell(value: object, *, short: bool) -> Text:
    text = "" if value is None else str(value)
    return Text(text, no_wrap=True, overflow="ellipsis") if short else Text(text)


def ago(moment: float | None, now: float) -> str:
    """How long ago a moment was, or how far ahead it lies."""
    if moment is None:
        return ""
    return (
        f"in {shown(moment - now)}" if moment > now + 0.5 else f"{shown(max(now - moment, 0))} ago"
    )


def watched(make: Callable[[], Table], every_seconds: float | None) -> None:
    """Shows a table once or, with a number of seconds, again and again until Ctrl-C."""
    if every_seconds is None:
        Console().print(make())
        return
    try:
        with Live(make(), auto_refresh=False) as live:
            while True:
                time.sleep(every_seconds)
                live.update(make(), refresh=True)
    except KeyboardInterrupt:
        return


def watch_option(command: F) -> F:
    """The option ``--watch``."""
    return click.option(
        "--watch", type=click.FloatRange(0.2, 3600), help="Show it anew every so many seconds."
    )(command)
