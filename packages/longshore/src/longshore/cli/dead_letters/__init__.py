"""``longshore dead-letters``: jobs kept for a person."""

from __future__ import annotations

import click

from longshore.cli.dead_letters.comparing import compare
from longshore.cli.dead_letters.discarding import discard, purge
from longshore.cli.dead_letters.files import export, import_
from longshore.cli.dead_letters.looking import list_, show
from longshore.cli.dead_letters.replaying import replay


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at jobs that ended for good, and replay or discard them.

    Exit codes: 0 done; 1 something was not found or could not be done; 2 the call or the broker
    is wrong.
    """


for command in (list_, show, compare, replay, discard, purge, export, import_):
    dead_letters.add_command(command)
