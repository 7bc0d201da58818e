"""Keys in the database. Every function blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from longshore_api.access.caller import Caller
from longshore_api.access.scope import Scope, scopes_of
from longshore_api.access.secret import NewKey, new_key
from longshore_api.errors import UnknownKey
from longshore_tasks.database import ApiKeyRow

#: A key's last use is noted this often at most.
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key is good for."""

    client: str
    scopes: frozenset[Scope]
    rate_per_second: float | None = None
    expires_at: datetime | None = None


def find(engine: Engine, digest: str) -> Caller | None:
    """Return who holds the key of this digest, and note its use; nobody, when it is not valid."""
    now = datetime.now(UTC)
    with Session(engine) as session:
        row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.digest == digest))
        if row is None or not is_valid(row, now):
            return None
        caller = _caller(row)
        if row.last_used_at is None or now - row.last_used_at > NOTED_EVERY:
            row.last_used_at = now
            session.commit()
    return caller


def is_valid(row: ApiKeyRow, now: datetime) -> bool:
    """Whether a key opens anything at this moment."""
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > now)


def create(engine: Engine, grant: Grant) -> NewKey:
    """Make a key; this is the only moment at which it is whole."""
    with Session(engine) as session:
        made = _add(session, grant)
        session.commit()
    return made


def rotate(engine: Engine, key_id: str, overlap: timedelta) -> NewKey:
    """Make a key that is good for the same, and let the old one end after the overlap.

    Raises:
        UnknownKey: there is no such key, or it is not valid any more.
    """
    now = datetime.now(UTC)
    with Session(engine) as session:
        row = _valid(session, key_id, now)
        made = _add(
            session, Grant(row.client, scopes_of(row.scopes), row.rate_per_second, row.expires_at)
        )
        ends = now + overlap
        row.expires_at = ends if row.expires_at is None else min(ends, row.expires_at)
        session.commit()
    return made


def revoke(engine: Engine, key_id: str) -> None:
    """End a key; raises UnknownKey when there is none that is valid."""
    now = datetime.now(UTC)
    with Session(engine) as session:
        _valid(session, key_id, now).revoked_at = now
        session.commit()


def all_keys(engine: Engine, client: str | None = None) -> Sequence[ApiKeyRow]:
    """Return every key, or those of a client, oldest first."""
    chosen = select(ApiKeyRow).order_by(ApiKeyRow.created_at, ApiKeyRow.id)
    if client is not None:
        chosen = chosen.where(ApiKeyRow.client == client)
    with Session(engine) as session:
        return session.scalars(chosen).all()


def _valid(session: Session, key_id: str, now: datetime) -> ApiKeyRow:
    row = session.get(ApiKeyRow, key_id)
    if row is None or not is_valid(row, now):
        raise UnknownKey(f"there is no valid key with the id {key_id!r}")
    return row


def _add(session: Session, grant: Grant) -> NewKey:
    made = new_key()
    session.add(
        ApiKeyRow(
            id=made.id,
            client=grant.client,
            digest=made.digest,
            scopes=_words(grant.scopes),
            rate_per_second=grant.rate_per_second,
            expires_at=grant.expires_at,
        )
    )
    return made


def _words(scopes: Iterable[Scope]) -> str:
    return " ".join(sorted(scope.value for scope in scopes))


def _caller(row: ApiKeyRow) -> Caller:
    until = row.expires_at.timestamp() if row.expires_at else None
    return Caller(row.client, f"key:{row.id}", scopes_of(row.scopes), row.rate_per_second, until)
