"""The command line: run, stop, demo, load."""

from __future__ import annotations

import os
import signal
import sys
import time

import click

from longshore.errors import SettingsError
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
