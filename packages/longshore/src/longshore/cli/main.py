"""The command line: one noun or verb per file beside this one."""

from __future__ import annotations

import click

from longshore.cli.prove import prove


@click.group()
def main() -> None:
    """Longshore: Celery on Redis that loses no job."""


main.add_command(prove)
