"""One load test against a running set."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from longshore_local.api import Api
from longshore_local.demo.board import seconds
from longshore_local.load.posting import measure
from longshore_local.load.summary import Measured

SHOWN_ERRORS = 5


async def load(
    url: str, jobs: int, connections: int, headers: Mapping[str, str], *, as_json: bool
) -> int:
    """Measure and print; return 0 when every post was taken and every job succeeded."""
    console = Console(stderr=as_json)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    async with Api.at(url, connections, headers) as api:
        with Progress(*columns, TimeElapsedColumn(), console=console) as shown:
            bars = {name: shown.add_task(name, total=jobs) for name in ("posted", "finished")}
            measured = await measure(api, jobs, connections, lambda name: shown.advance(bars[name]))
    if as_json:
        click.echo(json.dumps(measured.as_json(), indent=2))
    else:
        console.print(table(measured, connections))
    return 0 if measured.flawless else 1


def table(measured: Measured, connections: int) -> Table:
    """Return the figures for people."""
    figures = measured.as_json()
    made = Table(title=f"{figures['posts']} posts over {connections} connections")
    made.add_column("what", overflow="fold")
    made.add_column("figure", justify="right")
    made.add_row("posts per second", f"{figures['posts_per_second']:.0f}")
    made.add_row("jobs per second, post to end", f"{figures['jobs_per_second']:.0f}")
    for name, found in figures["latency_seconds"].items():
        for percent, value in found.items():
            made.add_row(f"{name} {percent}", seconds(value))
    for state, count in sorted(figures["states"].items()):
        made.add_row(f"jobs {state}", str(count))
    made.add_row("errors", str(measured.errors.total()))
    for error, count in measured.errors.most_common(SHOWN_ERRORS):
        made.add_row(f"  {error}", str(count))
    return made
