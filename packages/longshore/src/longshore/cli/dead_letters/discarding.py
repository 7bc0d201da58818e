"""``longshore dead-letters discard`` and ``purge``."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.dead_letters.walking import at_most, steps
from longshore.cli.dead_letters.wanted import filter_of, filter_options, must_mean_something
from longshore.cli.output import json_option, say_json
from longshore.cli.witness import witnessed
from longshore.store import dead_letters
from longshore.store.connection import ping
from longshore.store.dead_letters import Fate

STEP = 200


@click.command()
@broker_options
@click.argument("job_ids", nargs=-1, required=True, metavar="JOB_ID...")
@click.option("--reason", "why", required=True, help="Why, for the record.")
@json_option
def discard(url: str, prefix: str, job_ids: tuple[str, ...], why: str, as_json: bool) -> None:
    """Drop dead letters on purpose. Exit code 1 when some were not there."""
    counts: Counter[Fate] = Counter()
    act = witnessed("discard", job_ids, {"reason": why})
    with opened(url, prefix) as store, act as entry:
        for start in range(0, len(job_ids), STEP):
            letters = store.run(dead_letters.get_all(job_ids[start : start + STEP]))
            kept = [letter.kept for letter in letters]
            counts.update(store.run(dead_letters.discard(kept, why)) if kept else ())
        entry.note(discarded=counts[Fate.DISCARDED])
    gone = len(job_ids) - counts[Fate.DISCARDED]
    _tell({"discarded": counts[Fate.DISCARDED], "gone": gone}, as_json=as_json)
    sys.exit(1 if gone else 0)


@click.command()
@broker_options
@filter_options
@click.option("--all", "everything", is_flag=True, help="Every dead letter that there is now.")
@click.option("--why", default="purged", show_default=True, help="Why, for the record.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Count them, and change nothing.")
@json_option
def purge(
    url: str,
    prefix: str,
    everything: bool,
    why: str,
    limit: int | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Drop all dead letters that fit the filters, such as ``--older-than 30d``."""
    must_mean_something(given, everything=everything)
    if not yes and not dry_run:
        click.confirm("Discard all dead letters that fit?", abort=True, err=True)
    counts: Counter[str] = Counter(discarded=0, gone=0)
    act = witnessed("discard", (), {**given, "reason": why}, really=not dry_run)
    with opened(url, prefix) as store, act as entry:
        now = store.run(ping())
        for letters in at_most(steps(store, filter_of(given, now), now, STEP), limit):
            if dry_run:
                counts["would_be_discarded"] += len(letters)
            else:
                fates = store.run(dead_letters.discard(letters, why))
                counts.update(fate.value for fate in fates)
        entry.note(**counts)
    _tell(dict(counts), as_json=as_json)


def _tell(done: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        say_json(done)
    else:
        click.echo(", ".join(f"{count} {word.replace('_', ' ')}" for word, count in done.items()))
