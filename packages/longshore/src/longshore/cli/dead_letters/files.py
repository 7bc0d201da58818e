"""``longshore dead-letters export`` and ``import``: JSON lines."""

from __future__ import annotations

from collections import Counter
from typing import IO, Any

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.complaint import Complaint
from longshore.cli.dead_letters.walking import steps
from longshore.cli.dead_letters.wanted import filter_of, filter_options
from longshore.cli.output import json_option, say_json
from longshore.cli.witness import witnessed
from longshore.errors import UnreadableMessage
from longshore.store import dead_letters
from longshore.store.connection import ping
from longshore.store.dead_letter_lines import Row, from_line, to_line
from longshore.store.dead_letters import Fate

STEP = 100


@click.command()
@broker_options
@filter_options
@click.option(
    "--output",
    "-o",
    type=click.File("w", "utf-8", lazy=True),
    default="-",
    help="Else standard output.",
)
def export(url: str, prefix: str, output: IO[str], **given: Any) -> None:
    """Write dead letters as JSON lines, the oldest first; they stay where they are."""
    written = 0
    with opened(url, prefix) as store, witnessed("export", (), given) as entry:
        now = store.run(ping())
        for letters in steps(store, filter_of(given, now), now, STEP):
            ids = [letter.record.id for letter in letters]
            for letter in store.run(dead_letters.get_all(ids)):
                output.write(f"{to_line(letter)}\n")
                written += 1
        entry.note(exported=written)


@click.command("import")
@broker_options
@click.argument("file", type=click.File("r", "utf-8"))
@json_option
def import_(url: str, prefix: str, file: IO[str], as_json: bool) -> None:
    """Bring in what an export wrote; ``-`` is standard input.

    A job that is known to the broker stays as it is, so it may be repeated.
    """
    rows = [_row(number, line) for number, line in enumerate(file, 1) if line.strip()]
    counts: Counter[Fate] = Counter()
    with opened(url, prefix) as store, witnessed("import", (file.name,)) as entry:
        for start in range(0, len(rows), STEP):
            counts.update(store.run(dead_letters.take_in(rows[start : start + STEP])))
        entry.note(**{fate.value: count for fate, count in counts.items()})
    done = {"imported": counts[Fate.IMPORTED], "known": counts[Fate.KNOWN]}
    if as_json:
        say_json(done)
    else:
        click.echo(f"{done['imported']} imported, {done['known']} known")


def _row(number: int, line: str) -> Row:
    try:
        return from_line(line)
    except UnreadableMessage as error:
        raise Complaint(f"line {number}: {error}") from None
