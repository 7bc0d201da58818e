"""The filters of the commands about dead letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from longshore.cli.complaint import Complaint
from longshore.cli.durations import Duration
from longshore.cli.words import Word
from longshore.records import DeadReason
from longshore.store.dead_letters import Filter

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--task", type=Word(), help="Only this task's."),
    click.option("--queue", type=Word(), help="Only this queue's."),
    click.option("--reason", type=click.Choice([reason.value for reason in DeadReason])),
    click.option("--exception", type=Word(), help="Type of the error, such as OSError."),
    click.option("--older-than", type=Duration(), help="Kept so long ago: 90s, 15m, 2h, 3d."),
    click.option("--newer-than", type=Duration(), help="Kept since then."),
    click.option("--text", type=Word(), help="Text in the arguments."),
)


def filter_options(command: F) -> F:
    """The options that say which dead letters are meant."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def filter_of(given: Mapping[str, Any], now: float) -> Filter:
    """The filter that the options ask for; ``now`` is the broker's time."""
    older, newer = given["older_than"], given["newer_than"]
    return Filter(
        task=given["task"],
        queue=given["queue"],
        reason=DeadReason(given["reason"]) if given["reason"] else None,
        exception=given["exception"],
        since=None if newer is None else now - newer,
        until=None if older is None else now - older,
        text=given["text"],
    )


def must_mean_something(given: Mapping[str, Any], *, everything: bool) -> None:
    """Refuses a call that names no filter and not ``--all`` either."""
    names = ("task", "queue", "reason", "exception", "older_than", "newer_than", "text")
    if not everything and all(given[name] is None for name in names):
        raise Complaint("name a filter, or say --all")
