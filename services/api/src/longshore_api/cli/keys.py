"""``longshore-api keys``: make, list, rotate and revoke keys to the api."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from longshore.cli.output import Listing, show_listing, table
from longshore_api.access import keys as book
from longshore_api.access.keys import Grant
from longshore_api.access.scope import Scope
from longshore_api.access.secret import NewKey
from longshore_api.audit.action import Action
from longshore_api.cli.opened import opened
from longshore_api.cli.witness import witnessed
from longshore_tasks.database import ApiKeyRow

_json = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
COLUMNS = ("id", "client", "scopes", "rate", "created", "expires", "last used", "state")


@click.group()
def keys() -> None:
    """Keys to the api. A key is shown once, when it is made; only its digest is kept."""


@keys.command()
@click.option("--client", required=True, help="Whose key it is; a client may have several.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="A right; may be given more than once.",
)
@click.option("--expires-in-days", type=click.FloatRange(min=0, min_open=True))
@click.option(
    "--rate",
    "rate_per_second",
    type=click.FloatRange(min=0, min_open=True),
    help="Requests per second, instead of LONGSHORE_RATE_PER_SECOND.",
)
@_json
def create(
    client: str,
    scopes: tuple[str, ...],
    expires_in_days: float | None,
    rate_per_second: float | None,
    *,
    as_json: bool,
) -> None:
    """Make a key and print it."""
    ends = None
    if expires_in_days is not None:
        ends = datetime.now(UTC) + timedelta(days=expires_in_days)
    grant = Grant(client, frozenset(map(Scope, scopes)), rate_per_second, ends)
    with opened() as engine, witnessed(engine, Action.CREATE_KEY, client) as entry:
        made = book.create(engine, grant)
        entry.note(key=made.id, scopes=sorted(scopes))
    _say(made, as_json=as_json)


@keys.command()
@click.argument("key_id")
@click.option(
    "--overlap-hours",
    type=click.FloatRange(min=0),
    default=24.0,
    show_default=True,
    help="So long the old key goes on.",
)
@_json
def rotate(key_id: str, overlap_hours: float, *, as_json: bool) -> None:
    """Make a key that is good for the same as KEY_ID, which ends after the overlap."""
    with opened() as engine, witnessed(engine, Action.ROTATE_KEY, key_id) as entry:
        made = book.rotate(engine, key_id, timedelta(hours=overlap_hours))
        entry.note(key=made.id, overlap_hours=overlap_hours)
    _say(made, as_json=as_json)


@keys.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """End the key KEY_ID; the api knows it within LONGSHORE_AUTH_CACHE_SECONDS."""
    with opened() as engine, witnessed(engine, Action.REVOKE_KEY, key_id):
        book.revoke(engine, key_id)
    click.echo(f"revoked {key_id}", err=True)


@keys.command("list")
@click.option("--client", help="Only those of this client.")
@_json
def list_keys(client: str | None, *, as_json: bool) -> None:
    """List the keys, oldest first."""
    with opened() as engine:
        rows = book.all_keys(engine, client)
    if as_json:
        click.echo(json.dumps([_document(row) for row in rows], indent=2))
    else:
        show_listing(_table([_document(row) for row in rows]))


def _say(made: NewKey, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"id": made.id, "key": made.key}))
        return
    click.echo("Keep it now: it is not shown again.", err=True)
    click.echo(made.key)


def _document(row: ApiKeyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "client": row.client,
        "scopes": row.scopes.split(),
        "rate_per_second": row.rate_per_second,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "last_used_at": row.last_used_at.isoformat() if row.last_used_at else None,
        "state": _state(row),
    }


def _state(row: ApiKeyRow) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "valid" if book.is_valid(row, datetime.now(UTC)) else "expired"


def _table(documents: list[dict[str, Any]]) -> Listing:
    rows = []
    for one in documents:
        words = " ".join(one["scopes"])
        rest = (one[name] for name in ("created_at", "expires_at", "last_used_at", "state"))
        rate = one["rate_per_second"]
        rows.append((one["id"], one["client"], words, None if rate is None else f"{rate:g}", *rest))
    return table(COLUMNS, rows)
