"""What a command says: a table for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.measure import measure_renderables
from rich.table import Table
from rich.text import Text

from longshore.cli.durations import shown
from longshore.records import moment as moment_of

F = TypeVar("F", bound=Callable[..., Any])

#: The width of a table through a pipe.
UNLIMITED = 1_000_000
#: A column that is not wider than this does not fold.
NEVER_FOLDED = 20

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
        at = moment_of(value)
        return at.isoformat() if at else None
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one, str(key)) for key, one in value.items()}
    return value


def say_json(value: Any) -> None:
    """Writes a value as JSON on standard output."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under the names of their columns, and a line above them."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Text]]
    title: str


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> Listing:
    """Make a listing for ``show_listing``.

    Nothing in a cell is read as markup; a cell that is a ``Text`` keeps its style.
    """
    return Listing(columns, [[_cell(value) for value in row] for row in rows], title)


def show_listing(listing: Listing) -> None:
    """Print a listing so that nothing in it is cut and no word is broken.

    On a terminal, and where COLUMNS gives a width: a table whose long texts fold between words
    or, where even that does not fit, a block of ``name: value`` lines for each row. Through a
    pipe: a table as wide as it needs.
    """
    limited = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    console = Console(width=None if limited else UNLIMITED)
    if listing.title:
        console.print(Text(listing.title, "italic"), soft_wrap=True)
    widths = _widths(listing, console)
    if widths is None:
        _print_blocks(listing, console)
        return
    made = Table()
    for name, width in zip(listing.columns, widths, strict=True):
        made.add_column(name, width=width, overflow="fold")
    for row in listing.rows:
        made.add_row(*row)
    console.print(made)


def show_record(facts: Mapping[str, object]) -> None:
    """Print one record as a block of ``name: value`` lines, without those that are empty."""
    _print_blocks(table(tuple(facts), [tuple(facts.values())]), Console())


def _cell(value: object) -> Text:
    return value if isinstance(value, Text) else Text("" if value is None else str(value))


def _widths(listing: Listing, console: Console) -> list[int] | None:
    """Return the width of each column, or ``None`` when the table does not fit the console."""
    columns = zip(map(Text, listing.columns), *listing.rows, strict=True)
    measures = [measure_renderables(console, console.options, column) for column in columns]
    least = [max(one.minimum, min(one.maximum, NEVER_FOLDED)) for one in measures]
    widths = [one.maximum for one in measures]
    # A border and two spaces for each column, and the last border.
    room = console.width - 3 * len(widths) - 1
    if sum(least) > room:
        return None
    while sum(widths) > room:
        foldable = [number for number, width in enumerate(widths) if width > least[number]]
        widths[max(foldable, key=widths.__getitem__)] -= 1
    return widths


def _print_blocks(listing: Listing, console: Console) -> None:
    indent = max(map(len, listing.columns)) + 2
    for number, row in enumerate(listing.rows):
        if number:
            console.print()
        for name, cell in zip(listing.columns, row, strict=True):
            if cell:
                value = Text("\n" + " " * indent).join(cell.split())
                line = Text.assemble((f"{name}:".ljust(indent), "bold"), value)
                console.print(line, soft_wrap=True)


def ago(moment: float | None, now: float) -> str:
    """How long ago a moment was, or how far ahead it lies."""
    if moment is None:
        return ""
    return (
        f"in {shown(moment - now)}" if moment > now + 0.5 else f"{shown(max(now - moment, 0))} ago"
    )


def watched(make: Callable[[], Listing], every_seconds: float | None) -> None:
    """Show a listing once or, with a number of seconds, again and again until Ctrl-C."""
    show_listing(make())
    try:
        while every_seconds is not None:
            time.sleep(every_seconds)
            listing = make()
            click.clear()
            show_listing(listing)
    except KeyboardInterrupt:
        return


def watch_option(command: F) -> F:
    """The option ``--watch``."""
    return click.option(
        "--watch", type=click.FloatRange(0.2, 3600), help="Show it anew every so many seconds."
    )(command)
