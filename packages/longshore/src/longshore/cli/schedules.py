"""``longshore schedules``: what is enqueued by itself, and when."""

from __future__ import annotations

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.output import Listing, ago, json_option, say_json, table, watch_option, watched
from longshore.store import Store
from longshore.store.connection import ping
from longshore.store.schedules import ScheduleStatus, overview

COLUMNS = ("entry", "task", "schedule", "catch-up", "last", "next", "enqueued", "missed")


@click.command()
@broker_options
@watch_option
@json_option
def schedules(url: str, prefix: str, watch: float | None, as_json: bool) -> None:
    """Show every entry of the schedule with its last and next slot, and who leads."""
    with opened(url, prefix) as store:
        if as_json:
            say_json(store.run(overview()))
        else:
            watched(lambda: _table(store), watch)


def _table(store: Store) -> Listing:
    now, found = store.run(ping()), store.run(overview())
    leader = f"led by {found.leader.identity}" if found.leader else "no scheduler leads"
    return table(COLUMNS, [_row(entry, now) for entry in found.entries], title=leader)


def _row(entry: ScheduleStatus, now: float) -> tuple[object, ...]:
    return (
        entry.name, entry.task, entry.schedule, entry.catch_up, ago(entry.last_slot, now),
        ago(entry.next_slot, now), entry.enqueued, entry.missed,
    )  # fmt: skip
