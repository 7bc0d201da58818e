"""The command line: run, stop, demo, load."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click

from longshore.errors import SettingsError
from longshore_local.api import ApiFailed
from longshore_local.settings import LocalSettings
from longshore_tasks.settings import load as load_settings

STOP_PATIENCE_SECONDS = 60.0


class Complaint(click.ClickException):
    """One line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Write the line."""
        sys.stderr.write(f"longshore: {self.message}\n")


@click.group()
def main() -> None:
    """Longshore on one machine: the whole set, a demonstration and a load test."""


@main.command()
def run() -> None:
    """Start Valkey, api, worker and scheduler, and stop them with Ctrl-C."""
    from longshore_local.run.session import run as run_session  # noqa: PLC0415 - slow to import

    settings = load_settings(LocalSettings)
    try:
        code = run_session(settings)
    except SettingsError as error:
        raise Complaint(str(error)) from None
    sys.exit(code)


@main.command()
def stop() -> None:
    """Stop the run of the data directory and wait until nothing of it runs."""
    from longshore_local.run.data_directory import holder  # noqa: PLC0415 - only needed here

    directory = load_settings(LocalSettings).data_dir
    pid = holder(directory)
    if pid is None:
        raise Complaint(f"nothing runs in the data directory {directory}")
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_PATIENCE_SECONDS
    while holder(directory) == pid:
        if time.monotonic() > deadline:
            raise Complaint(f"process {pid} still runs; see its output")
        time.sleep(0.05)


_url = click.option("--url", help="The api; by default where 'make run' starts it.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@main.command()
@_url
@_json
@click.option("--out", type=click.Path(path_type=Path), help="Where the files are put.")
def demo(url: str | None, out: Path | None, *, as_json: bool) -> None:
    """Thumbnails, a report and a mail with attachments, shown live."""
    from longshore_local.demo.session import demo as show  # noqa: PLC0415 - slow to import

    settings = load_settings(LocalSettings)
    directory = out or settings.data_dir / "demo"
    directory.mkdir(parents=True, exist_ok=True)
    _finish(show(settings, url or settings.api_url, directory, as_json=as_json))


@main.command()
@_url
@_json
@click.option("--jobs", type=click.IntRange(min=1), default=2000, show_default=True)
@click.option("--connections", type=click.IntRange(1, 500), default=32, show_default=True)
def load(url: str | None, jobs: int, connections: int, *, as_json: bool) -> None:
    """Post many jobs, follow each to its end; fails unless all of them succeed."""
    from longshore_local.load.session import load as measure  # noqa: PLC0415 - slow to import

    settings = load_settings(LocalSettings)
    target, headers = url or settings.api_url, settings.bearer
    _finish(measure(target, jobs, connections, headers, as_json=as_json))


def _finish(work: Coroutine[Any, Any, int]) -> None:
    try:
        code = asyncio.run(work)
    except (SettingsError, ApiFailed) as error:
        raise Complaint(str(error)) from None
    sys.exit(code)
