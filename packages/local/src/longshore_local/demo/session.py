"""One demonstration against a running set."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console

from longshore_local.api import Api
from longshore_local.demo.board import Lines, progress, table
from longshore_local.demo.pictures import draw
from longshore_local.demo.sink import mail_sink
from longshore_local.demo.work import Demonstration
from longshore_local.settings import LocalSettings


async def demo(settings: LocalSettings, url: str, directory: Path, *, as_json: bool) -> int:
    """Show it; return 0 when every job succeeded.

    Raises:
        SettingsError: the port for mail is taken.
        ApiFailed: the api refused a request or did not answer.
    """
    console = Console(stderr=as_json)
    calling = Api.at(url, headers=settings.bearer)
    async with mail_sink(settings.smtp_host, settings.smtp_port) as sink, calling as api:
        with progress(console) as shown:
            show = Demonstration(api, Lines(shown), sink, directory)
            outcomes = await show.show(draw())
    if as_json:
        click.echo(json.dumps([outcome.as_json() for outcome in outcomes], indent=2))
    else:
        console.print(table(outcomes))
        console.print(f"All files lie in {directory}", soft_wrap=True)
    return 0 if all(outcome.succeeded for outcome in outcomes) else 1
