"""``longshore batches``: how far they are."""

from __future__ import annotations

import time

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.jobs.unknown import known
from longshore.cli.output import Listing, ago, json_option, say_json, table, watch_option, watched
from longshore.store import Store
from longshore.store.batches import BatchRecord, get_batch
from longshore.store.connection import ping

COLUMNS = ("batch", "size", "open", "succeeded", "dead", "cancelled", "expired", "began", "ended")
WAIT_SECONDS = 0.5


@click.group()
def batches() -> None:
    """Look at batches of jobs.

    Exit codes: 0 done; 1 the batch is unknown; 2 the call or the broker is wrong.
    """


@batches.command()
@broker_options
@click.argument("batch_id")
@click.option("--wait", is_flag=True, help="Until every job of it has ended.")
@watch_option
@json_option
def show(
    url: str, prefix: str, batch_id: str, wait: bool, watch: float | None, as_json: bool
) -> None:
    """Show a batch: its jobs, counted by how they ended, and its callback."""
    with opened(url, prefix) as store, known():
        record = store.run(get_batch(batch_id))
        while wait and record.open:
            time.sleep(WAIT_SECONDS)
            record = store.run(get_batch(batch_id))
        if as_json:
            say_json(record)
        else:
            watched(lambda: _table(store, store.run(get_batch(batch_id))), watch)


def _table(store: Store, record: BatchRecord) -> Listing:
    now = store.run(ping())
    row = (
        record.id, record.size, record.open, record.succeeded, record.dead, record.cancelled,
        record.expired, ago(record.created_at, now), ago(record.ended_at, now),
    )  # fmt: skip
    callback = f"callback: job {record.callback}" if record.callback else ""
    return table(COLUMNS, [row], title=callback)
