"""The command line: one noun or verb per file beside this one."""

from __future__ import annotations

import click

from longshore.cli.acl import acl
from longshore.cli.batches import batches
from longshore.cli.completion import completion
from longshore.cli.dead_letters import dead_letters
from longshore.cli.doctor import doctor
from longshore.cli.health import health
from longshore.cli.held import held
from longshore.cli.janitor import janitor
from longshore.cli.jobs import jobs
from longshore.cli.prove import prove
from longshore.cli.queues import queues
from longshore.cli.release_to_stock import release_to_stock
from longshore.cli.rollout import rollout
from longshore.cli.schedules import schedules
from longshore.cli.stats import stats
from longshore.cli.workers import workers


@click.group()
@click.option("--unaudited", is_flag=True, help="Act although the audit trail cannot be written.")
def main(unaudited: bool) -> None:
    """Longshore: Celery on Redis that loses no job."""


main.add_command(prove)
main.add_command(release_to_stock)
main.add_command(doctor)
main.add_command(janitor)
main.add_command(acl)
main.add_command(dead_letters)
main.add_command(jobs)
main.add_command(batches)
main.add_command(queues)
main.add_command(workers)
main.add_command(schedules)
main.add_command(stats)
main.add_command(health)
main.add_command(completion)
main.add_command(held)
main.add_command(rollout)
