"""The trail in the database. Everything here blocks."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from structlog.stdlib import BoundLogger

from longshore_api.audit.action import Action
from longshore_api.database import DATABASE_UNAVAILABLE
from longshore_tasks.database import AuditRow

BEGUN, DONE = "begun", "done"
#: The column's width.
MOST_LETTERS = 255


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what to what."""

    actor: str
    credential: str
    action: Action
    target: str
    request_id: str | None = None


@dataclass(slots=True)
class AuditEntry:
    """What the doer adds to the line: numbers, filters, reasons; never arguments of jobs."""

    details: dict[str, Any] = field(default_factory=dict)

    def note(self, **details: Any) -> None:
        """Add what JSON can hold."""
        self.details.update(details)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines to read; without filters all."""

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@contextmanager
def recorded(engine: Engine, act: Act, entry: AuditEntry) -> Generator[AuditEntry]:
    """Write that an act begins, let it happen, and write how it ended.

    What cannot be written is not done: SQLAlchemy's errors come before the act. Once it is done,
    an outcome that cannot be written goes to the log, and the line says ``begun``.
    """
    row_id = _begin(engine, act, entry)
    outcome = DONE
    try:
        yield entry
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        try:
            _end(engine, row_id, outcome, entry)
        except DATABASE_UNAVAILABLE as error:
            _logger().error("audit_outcome_lost", row=row_id, outcome=outcome, exc_info=error)


def read(
    engine: Engine, wanted: Wanted, limit: int, before: int | None = None
) -> Sequence[AuditRow]:
    """Return lines, newest first, of those written before the line ``before``."""
    chosen = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    for column, value in (
        (AuditRow.actor, wanted.actor),
        (AuditRow.action, wanted.action),
        (AuditRow.target, wanted.target),
    ):
        if value is not None:
            chosen = chosen.where(column == value)
    if wanted.since is not None:
        chosen = chosen.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        chosen = chosen.where(AuditRow.at < wanted.until)
    if before is not None:
        chosen = chosen.where(AuditRow.id < before)
    with Session(engine) as session:
        return session.scalars(chosen).all()


def _begin(engine: Engine, act: Act, entry: AuditEntry) -> int:
    with Session(engine) as session:
        row = AuditRow(
            actor=_storable(act.actor),
            credential=_storable(act.credential),
            action=act.action.value,
            target=_storable(act.target),
            request_id=act.request_id,
            outcome=BEGUN,
            details=dict(entry.details),
        )
        session.add(row)
        session.commit()
        return row.id


def _storable(text: str) -> str:
    # PostgreSQL takes no NUL, which a path may hold.
    return text.replace("\0", "\\0")[:MOST_LETTERS]


def _end(engine: Engine, row_id: int, outcome: str, entry: AuditEntry) -> None:
    with Session(engine) as session:
        row = session.get_one(AuditRow, row_id)
        row.outcome, row.details = outcome, dict(entry.details)
        session.commit()


def _logger() -> BoundLogger:
    logger: BoundLogger = structlog.stdlib.get_logger("longshore.api")
    return logger
