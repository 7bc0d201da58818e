"""The command line: one noun or verb per file beside this one."""

from __future__ import annotations

import click

from longshore.cli.prove import prove
from longshore.cli.release_to_stock import release_to_stock


@click.group()
def main() -> None:
    """Longshore: Celery on Redis that loses no job."""


main.add_command(prove)
main.add_command(release_to_stock)
