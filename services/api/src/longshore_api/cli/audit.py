"""``longshore-api audit``: who did what to the jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from longshore.cli.output import Listing, show_listing, table
from longshore_api.audit.action import Action
from longshore_api.audit.trail import Wanted, read
from longshore_api.cli.opened import opened
from longshore_api.schemas.audit import AuditPage, AuditView

COLUMNS = ("at", "actor", "action", "target", "outcome", "request", "details")


@click.command()
@click.option("--actor", help="The client of a key, or the subject of a token.")
@click.option("--action", type=click.Choice([action.value for action in Action]))
@click.option("--target", help="Such as a job's id.")
@click.option("--hours", type=click.FloatRange(min=0), help="Only the last so many hours.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--before", type=click.IntRange(min=0), help="Only lines before the one of this id.")
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
def audit(
    actor: str | None,
    action: str | None,
    target: str | None,
    hours: float | None,
    limit: int,
    before: int | None,
    *,
    as_json: bool,
) -> None:
    """List operators' acts, newest first."""
    since = None if hours is None else datetime.now(UTC) - timedelta(hours=hours)
    with opened() as engine:
        rows = read(engine, Wanted(actor, action, target, since), limit, before)
    page = AuditPage.of(rows, limit)
    if as_json:
        click.echo(page.model_dump_json(indent=2))
    else:
        show_listing(_table(page.entries))


def _table(entries: list[AuditView]) -> Listing:
    rows = []
    for one in entries:
        details = ", ".join(f"{name}={value}" for name, value in one.details.items())
        moment = one.at.isoformat(timespec="seconds")
        cells = (one.actor, one.action, one.target, one.outcome, one.request_id, details)
        rows.append((moment, *cells))
    return table(COLUMNS, rows)
