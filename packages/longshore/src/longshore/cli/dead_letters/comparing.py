"""``longshore dead-letters compare``: would what was sent be taken now?"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.complaint import Complaint
from longshore.cli.jobs.unknown import known
from longshore.cli.output import json_option, plain, say_json, show_listing, table
from longshore.message import arguments
from longshore.store import dead_letters

if TYPE_CHECKING:
    from longshore.jobs import Roll
    from longshore.jobs.comparison import Comparison, FieldComparison

COLUMNS = ("field", "fit", "sent", "takes", "problem")


@click.command()
@broker_options
@click.argument("job_id")
@click.option(
    "--roll",
    "place",
    envvar="LONGSHORE_ROLL",
    show_envvar=True,
    required=True,
    help="Where the job classes are: MODULE:NAME, such as longshore_tasks.roll:ROLL.",
)
@json_option
def compare(url: str, prefix: str, job_id: str, place: str, as_json: bool) -> None:
    """Compare what a dead letter brought with what its job class takes now.

    Exit code 0 when a replay with the same arguments would begin, else 1.
    """
    from longshore.jobs.comparison import compare as compare_with  # noqa: PLC0415 - slow to import

    roll = _roll(place)
    with opened(url, prefix) as store, known():
        letter = store.run(dead_letters.get(job_id))
        task = letter.record.task
        found = compare_with(task, arguments(letter.message), roll.get(task))
    if as_json:
        say_json({**plain(found), "fits": found.fits})
    else:
        show_listing(table(COLUMNS, map(_row, found.fields), title=_verdict(found)))
    sys.exit(0 if found.fits else 1)


def _roll(place: str) -> Roll:
    from longshore.jobs import Roll  # noqa: PLC0415 - slow to import, and not for every command

    module, _, name = place.partition(":")
    sys.path.insert(0, "")
    try:
        roll = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise Complaint(f"no job classes at {place!r}: {error}") from None
    if not isinstance(roll, Roll):
        raise Complaint(f"{place!r} is no Roll of job classes")
    return roll


def _verdict(found: Comparison) -> str:
    if not found.known:
        return f"{found.task}: there is no such job class"
    if found.positional:
        return f"{found.task}: it came with {found.positional} positional argument(s); send names"
    return f"{found.task}: {'fits' if found.fits else 'does not fit'}"


def _row(one: FieldComparison) -> tuple[Any, ...]:
    sent = repr(one.sent) if one.was_sent else ""
    return one.field, one.fit.value, sent, one.takes, one.problem
