"""``longshore queues``: what waits where; pause, resume and purge."""

from __future__ import annotations

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.durations import shown
from longshore.cli.output import Listing, ago, json_option, say_json, table, watch_option, watched
from longshore.cli.witness import witnessed
from longshore.envelope import PRIORITY_STEPS
from longshore.records import QueueStatus
from longshore.store import Store
from longshore.store import queues as store_queues
from longshore.store.connection import ping

COLUMNS = ("queue", "waiting", "oldest", "delayed", "claimed", "dead", "paused")
PURGED_AT_ONCE = 1000


@click.group(invoke_without_command=True)
@broker_options
@watch_option
@json_option
@click.pass_context
def queues(
    context: click.Context, url: str, prefix: str, watch: float | None, as_json: bool
) -> None:
    """Show what waits where; with a command: pause, resume or purge a queue."""
    if context.invoked_subcommand is not None:
        return
    with opened(url, prefix) as store:
        if as_json:
            say_json(store.run(store_queues.all_status()))
        else:
            watched(lambda: _table(store), watch)


def _table(store: Store) -> Listing:
    now = store.run(ping())
    return table(COLUMNS, [_row(status, now) for status in store.run(store_queues.all_status())])


def _row(status: QueueStatus, now: float) -> tuple[object, ...]:
    return (
        status.queue, status.waiting, shown(status.oldest_age_seconds), status.delayed,
        status.claimed, status.dead, ago(status.paused_since, now),
    )  # fmt: skip


@queues.command()
@broker_options
@click.argument("names", nargs=-1, required=True, metavar="QUEUE...")
@json_option
def pause(url: str, prefix: str, names: tuple[str, ...], as_json: bool) -> None:
    """Let nothing be claimed from these queues; enqueuing goes on, running jobs end."""
    with opened(url, prefix) as store, witnessed("pause", names):
        changed = {name: store.run(store_queues.pause(name)) for name in names}
    _tell(changed, "paused", as_json=as_json)


@queues.command()
@broker_options
@click.argument("names", nargs=-1, required=True, metavar="QUEUE...")
@json_option
def resume(url: str, prefix: str, names: tuple[str, ...], as_json: bool) -> None:
    """Let these queues be claimed from again."""
    with opened(url, prefix) as store, witnessed("resume", names):
        changed = {name: store.run(store_queues.resume(name)) for name in names}
    _tell(changed, "resumed", as_json=as_json)


def _tell(changed: dict[str, bool], word: str, *, as_json: bool) -> None:
    if as_json:
        say_json(changed)
        return
    for name, now in changed.items():
        click.echo(f"{name}: {word}" if now else f"{name}: nothing to do")


@queues.command()
@broker_options
@click.argument("name", metavar="QUEUE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def purge(url: str, prefix: str, name: str, yes: bool, as_json: bool) -> None:
    """Cancel every job that waits in a queue; delayed and running ones are left alone."""
    if not yes:
        click.confirm(f"Cancel every job that waits in {name}?", abort=True, err=True)
    purged = 0
    with opened(url, prefix) as store, witnessed("purge", (name,)) as entry:
        for step in PRIORITY_STEPS:
            while count := store.run(store_queues.purge(name, step, PURGED_AT_ONCE)):
                purged += count
        entry.note(purged=purged)
    if as_json:
        say_json({"purged": purged})
    else:
        click.echo(f"{purged} cancelled")
