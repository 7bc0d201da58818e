"""``longshore dead-letters replay``."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.complaint import Complaint
from longshore.cli.dead_letters.walking import at_most, steps
from longshore.cli.dead_letters.wanted import filter_of, filter_options, must_mean_something
from longshore.cli.output import json_option, say_json
from longshore.cli.witness import witnessed
from longshore.message import renewed
from longshore.store import Store, dead_letters
from longshore.store.connection import ping
from longshore.store.dead_letters import Fate, Kept, Revival

STEP = 200


@click.command()
@broker_options
@click.argument("job_ids", nargs=-1, metavar="[JOB_ID]...")
@filter_options
@click.option("--all", "everything", is_flag=True, help="Every dead letter that there is now.")
@click.option("--rate", type=click.FloatRange(0.01, 1000), help="So many a second become due.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@click.option("--args", help="JSON list in place of the positional arguments, for one JOB_ID.")
@click.option("--kwargs", help="JSON object in place of the named arguments, for one JOB_ID.")
@click.option("--dry-run", is_flag=True, help="Count them, and change nothing.")
@json_option
def replay(
    url: str, prefix: str, job_ids: tuple[str, ...], dry_run: bool, as_json: bool, **given: Any
) -> None:
    """Send dead letters back to work: those named, or all that fit the filters.

    Their retries count from none. It may be broken off and begun again at any time: what was
    replayed is no dead letter any more. Exit code 1 when some could not be replayed.
    """
    edits = _edits(job_ids, given["args"], given["kwargs"])
    if not job_ids:
        must_mean_something(given, everything=given["everything"])
    limit = given["limit"]
    wanted = {"edited": sorted(edits) or None, **_told(given)}
    act = witnessed("replay", job_ids, wanted, really=not dry_run)
    with opened(url, prefix) as store, act as entry:
        found = _named(store, job_ids) if job_ids else _fitting(store, given)
        counts = _replay_all(store, at_most(found, limit), given["rate"], edits, dry_run=dry_run)
        entry.note(**counts)
    missing = len(job_ids) - sum(counts.values()) if job_ids and limit is None else 0
    _tell(counts, missing, as_json=as_json)


def _told(given: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, without the arguments of jobs."""
    return {name: value for name, value in given.items() if name not in {"args", "kwargs"}}


def _edits(job_ids: Sequence[str], args: str | None, kwargs: str | None) -> dict[str, Any]:
    edits = {
        name: _json(name, text, kind)
        for name, text, kind in (("args", args, list), ("kwargs", kwargs, dict))
        if text is not None
    }
    if edits and len(job_ids) != 1:
        raise Complaint("--args and --kwargs are for one JOB_ID")
    return edits


def _json(name: str, text: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        raise Complaint(f"--{name} is not JSON") from None
    if not isinstance(value, kind):
        raise Complaint(f"--{name} must be a JSON {'list' if kind is list else 'object'}")
    return value


def _named(store: Store, job_ids: Sequence[str]) -> Iterator[Sequence[Kept]]:
    for start in range(0, len(job_ids), STEP):
        letters = store.run(dead_letters.get_all(job_ids[start : start + STEP]))
        yield [letter.kept for letter in letters]


def _fitting(store: Store, given: dict[str, Any]) -> Iterator[Sequence[Kept]]:
    now = store.run(ping())
    return steps(store, filter_of(given, now), now, STEP)


def _replay_all(
    store: Store,
    found: Iterator[Sequence[Kept]],
    rate: float | None,
    edits: dict[str, Any],
    *,
    dry_run: bool,
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for letters in found:
        sound, broken = _edited(letters, edits) if edits else dead_letters.revivable(letters)
        counts["unreadable"] += len(broken)
        if dry_run:
            counts["would_be_replayed"] += len(sound)
        elif sound:
            fates = store.run(dead_letters.replay(sound, rate_per_second=rate))
            counts.update(fate.value for fate in fates)
    return counts


def _edited(letters: Sequence[Kept], edits: dict[str, Any]) -> tuple[list[Revival], list[Kept]]:
    made = [
        Revival(letter.record.id, letter.kept_at, renewed(letter.message, **edits))
        for letter in letters
    ]
    return made, []


def _tell(counts: Counter[str], missing: int, *, as_json: bool) -> None:
    gone = counts[Fate.GONE.value] + missing
    done = {
        "replayed": counts[Fate.REPLAYED.value],
        "gone": gone,
        "unreadable": counts["unreadable"],
    }
    if counts["would_be_replayed"]:
        done["would_be_replayed"] = counts["would_be_replayed"]
    if as_json:
        say_json(done)
    else:
        click.echo(", ".join(f"{count} {word.replace('_', ' ')}" for word, count in done.items()))
    sys.exit(1 if gone or counts["unreadable"] else 0)
