"""The command line: one noun or verb per file beside this one."""

from __future__ import annotations

import click

from longshore.cli.acl import acl
from longshore.cli.doctor import doctor
from longshore.cli.janitor import janitor
from longshore.cli.prove import prove
from longshore.cli.release_to_stock import release_to_stock


@click.group()
def main() -> None:
    """Longshore: Celery on Redis that loses no job."""


main.add_command(prove)
main.add_command(release_to_stock)
main.add_command(doctor)
main.add_command(janitor)
main.add_command(acl)
