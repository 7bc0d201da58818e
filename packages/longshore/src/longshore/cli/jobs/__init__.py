"""``longshore jobs``: what is known of jobs, and what a person does to them."""

from __future__ import annotations

import click

from longshore.cli.jobs.looking import list_, show
from longshore.cli.jobs.working import cancel, reschedule, retry_now


@click.group()
def jobs() -> None:
    """Look at jobs, cancel them, or give delayed ones another time.

    Exit codes: 0 done; 1 the job is unknown or could not be moved; 2 the call or the broker is
    wrong.
    """


for command in (list_, show, cancel, retry_now, reschedule):
    jobs.add_command(command)
