"""The command line of the api; without a command it serves."""

from __future__ import annotations

import click

from longshore_api.cli.audit import audit
from longshore_api.cli.keys import keys


@click.group(invoke_without_command=True)
@click.pass_context
def cli(context: click.Context) -> None:
    """Serve the api on LONGSHORE_HOST and LONGSHORE_PORT, or run a command."""
    if context.invoked_subcommand is None:
        from longshore_api.main import main  # noqa: PLC0415 - the commands need no server

        main()


cli.add_command(keys)
cli.add_command(audit)
