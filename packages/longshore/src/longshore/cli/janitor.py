"""``longshore janitor``: sweep now instead of waiting for a worker to do it."""

from __future__ import annotations

import click

from longshore.cli.complaint import Complaint
from longshore.errors import LongshoreError
from longshore.store import Store, StoreSettings
from longshore.store.janitor import IDLE_SECONDS, sweep


@click.command()
@click.argument("url")
@click.option("--prefix", default="", help="The app's key prefix (global_keyprefix).")
@click.option(
    "--idle",
    type=click.FloatRange(min=0),
    default=IDLE_SECONDS,
    show_default=True,
    help="Seconds without a sign of life.",
)
@click.option("--rounds", type=click.IntRange(1, 1000), default=10, show_default=True)
def janitor(url: str, prefix: str, idle: float, rounds: int) -> None:
    """Remove what remote control left behind at the broker URL. Jobs are never touched."""
    bindings = lists = 0
    try:
        with Store.from_url(url, StoreSettings(key_prefix=prefix)) as store:
            for _ in range(rounds):
                swept = store.run(sweep(idle_seconds=idle, every_seconds=0))
                bindings, lists = bindings + swept.bindings, lists + swept.lists
    except LongshoreError as error:
        raise Complaint(str(error)) from None
    click.echo(f"removed {bindings} binding(s) and {lists} list(s)")
