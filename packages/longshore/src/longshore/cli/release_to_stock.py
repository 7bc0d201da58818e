"""``longshore release-to-stock``: delayed jobs for the workers of stock Celery."""

from __future__ import annotations

import click

from longshore.cli.complaint import Complaint
from longshore.errors import LongshoreError
from longshore.store import Store, StoreSettings
from longshore.store.going_back import release_to_stock as release


@click.command("release-to-stock")
@click.argument("url")
@click.option("--key-prefix", default="", help="The app's global_keyprefix, if it has one.")
def release_to_stock(url: str, key_prefix: str) -> None:
    """Put all delayed jobs and retries of the broker at URL on their queues.

    Each keeps its time as its ETA, which a stock worker waits for. For the way back to redis://:
    stop the Longshore workers, run this, start the stock ones.
    """
    try:
        with Store.from_url(url, StoreSettings(key_prefix=key_prefix)) as store:
            moved = sum(release(store))
    except LongshoreError as error:
        raise Complaint(str(error)) from None
    click.echo(f"{moved} delayed job(s) are on their queues now, each with its ETA")
