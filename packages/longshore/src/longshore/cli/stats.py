"""``longshore stats``: how a task's jobs have ended lately, how long they waited and ran."""

from __future__ import annotations

from collections.abc import Sequence

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.durations import shown
from longshore.cli.output import Listing, json_option, say_json, table, watch_option, watched
from longshore.store import Store
from longshore.store.sketches import Quantiles, QueueWindow, Window, recent, task_names

COLUMNS = ("task", "queue", "window", "jobs", "wait", "run")
NAMES = {300: "5 min", 3600: "1 h", 86_400: "24 h"}

Rows = dict[str, tuple[Window, ...]]


@click.command()
@broker_options
@click.argument("tasks", nargs=-1, metavar="[TASK...]")
@watch_option
@json_option
def stats(
    url: str, prefix: str, tasks: tuple[str, ...], watch: float | None, as_json: bool
) -> None:
    """Show what became of jobs in the last 5 minutes, hour and day, by task and queue.

    Without a name: of every task. Times come from sketches and are wrong by at most a tenth.
    """
    with opened(url, prefix) as store:
        if as_json:
            say_json(_asked(store, tasks))
        else:
            watched(lambda: _table(_asked(store, tasks)), watch)
            for task in tasks:
                if not any(window.queues for window in store.run(recent(task))):
                    click.echo(f"no job of {task} has ended in the last 24 h", err=True)


def _asked(store: Store, tasks: Sequence[str]) -> Rows:
    return {task: store.run(recent(task)) for task in tasks or store.run(task_names())}


def _table(found: Rows) -> Listing:
    return table(
        COLUMNS,
        [
            _row(task, window.seconds, queue)
            for task, windows in found.items()
            for window in windows
            for queue in window.queues
        ],
    )


def _row(task: str, seconds: int, queue: QueueWindow) -> tuple[object, ...]:
    jobs = "\n".join(f"{count} {name}" for name, count in queue.outcomes.items() if count)
    return task, queue.queue, NAMES[seconds], jobs, _times(queue.wait), _times(queue.run)


def _times(quantiles: Quantiles) -> str:
    times = (("p50", quantiles.p50), ("p95", quantiles.p95), ("p99", quantiles.p99))
    return "\n".join(f"{name} {brief(value)}" for name, value in times if value is not None)


def brief(seconds: float | None) -> str:
    """A time, short ones in milliseconds."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.{0 if seconds >= 0.01 else 1}f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else shown(seconds)
