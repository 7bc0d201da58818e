"""``longshore held``: which worker has claimed which jobs."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from longshore.cli.complaint import Complaint
from longshore.errors import LongshoreError
from longshore.records import Outcome
from longshore.store import Store, StoreSettings, jobs
from longshore.store.workers import held as claims


@click.command()
@click.argument("url", envvar="LONGSHORE_BROKER_URL")
@click.option(
    "--prefix",
    default="",
    envvar="LONGSHORE_KEY_PREFIX",
    help="The app's key prefix (global_keyprefix).",
)
@click.option("--about", multiple=True, metavar="ID", help="Say also who was cut short with it.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def held(url: str, prefix: str, about: tuple[str, ...], as_json: bool) -> None:
    """Say which worker holds which jobs at the broker URL.

    The URL is LONGSHORE_BROKER_URL unless it is given, so that it can be asked in a pod.
    """
    try:
        with Store.from_url(url, StoreSettings(key_prefix=prefix)) as store:
            found, cut_short = store.run(claims()), _cut_short(store, about)
    except LongshoreError as error:
        raise Complaint(str(error)) from None
    if as_json:
        click.echo(json.dumps({"held": found, "cut_short": cut_short}))
        return
    for worker, ids in sorted(found.items()):
        click.echo(f"{worker}: {', '.join(ids)}")


def _cut_short(store: Store, ids: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for job_id in ids:
        for run in store.run(jobs.attempts(job_id)):
            if run.outcome is Outcome.INTERRUPTED:
                found.setdefault(run.worker, []).append(job_id)
    return found
