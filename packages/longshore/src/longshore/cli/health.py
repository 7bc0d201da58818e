"""``longshore health``: does work get done?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.durations import Duration, shown
from longshore.cli.output import json_option, say_json, show_listing, table
from longshore.cli.workers import found as workers_found
from longshore.store import Store, queues, schedules


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at; ``worry`` is 0 when all is well, 1 or 2 as the exit code."""

    about: str
    found: str
    worry: int


@click.command()
@broker_options
@click.option(
    "--oldest", type=Duration(), default="5m", show_default=True, help="No job waits so long."
)
@click.option("--dead", type=click.IntRange(min=0), default=0, show_default=True, help="Most dead.")
@click.option("--wait", type=click.FloatRange(0.1, 30), default=1.0, show_default=True)
@json_option
def health(url: str, prefix: str, oldest: float, dead: int, wait: float, as_json: bool) -> None:
    """Look whether workers answer, jobs wait too long, queues are paused or jobs have died.

    Exit code 0 when all is well, 1 when there is something to look at, 2 when jobs wait and no
    worker answers, or the broker does not.
    """
    with opened(url, prefix) as store:
        signs = [*_queues(store, oldest, dead), *_scheduler(store)]
        waiting = sum(one.waiting for one in store.run(queues.all_status()))
    signs.insert(0, _workers(url, prefix, wait, waiting))
    worst = max(sign.worry for sign in signs)
    if as_json:
        say_json({"well": worst == 0, "signs": signs})
    else:
        words = ("well", "look", "act")
        rows = [(words[sign.worry], sign.about, sign.found) for sign in signs]
        show_listing(table(("verdict", "about", "found"), rows))
    sys.exit(worst)


def _workers(url: str, prefix: str, wait: float, waiting: int) -> Sign:
    answering = [row["worker"] for row in workers_found(url, prefix, wait) if row["answers"]]
    if answering:
        return Sign("workers", f"{len(answering)} answer", 0)
    if waiting:
        return Sign("workers", f"none answers, and {waiting} job(s) wait", 2)
    return Sign("workers", "none answers, and nothing waits", 1)


def _queues(store: Store, oldest: float, dead: int) -> Iterator[Sign]:
    for status in store.run(queues.all_status()):
        age = status.oldest_age_seconds or 0.0
        late, buried = age > oldest, status.dead > dead
        facts = [f"{status.waiting} wait, the oldest for {shown(age)}"] if status.waiting else []
        facts += [f"{status.dead} dead"] if status.dead else []
        paused = status.paused_since is not None
        facts += ["paused"] if paused else []
        worry = 1 if late or buried or paused else 0
        yield Sign(f"queue {status.queue}", ", ".join(facts) or "empty", worry)


def _scheduler(store: Store) -> Iterator[Sign]:
    found = store.run(schedules.overview())
    if found.leader is not None:
        yield Sign("scheduler", f"led by {found.leader.identity}", 0)
    elif found.entries:
        yield Sign("scheduler", f"nobody leads, and there are {len(found.entries)} entries", 1)
