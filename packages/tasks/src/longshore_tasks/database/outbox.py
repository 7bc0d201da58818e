"""Jobs that commit with the rows they belong to, and wait for the relay."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from longshore.current import request_id
from longshore.envelope import NewJob
from longshore.jobs import Job, to_new_job
from longshore_tasks.database.models import Base, UtcDateTime, now

#: A job that has expired meanwhile is enqueued to end as expired, not to vanish.
SHORTEST_SECONDS = 0.001


class OutboxRow(Base):
    """A job that is not in the broker yet; it goes when it is.

    ``job`` holds the fields of ``NewJob``, with moments instead of spans of time.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    job_id: Mapped[str] = mapped_column(String(255))
    job: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)

    def to_new_job(self, now: float) -> NewJob:
        """Return the job as the store takes it; the same id never makes a second one."""
        expires_at, fields = self.job["expires_at"], _without(self.job, "expires_at")
        left = None if expires_at is None else max(expires_at - now, SHORTEST_SECONDS)
        return NewJob(**fields, expires_in_seconds=left, unique=True)


class OutboxSession(Session):
    """A session that also takes jobs, which are enqueued if its transaction commits."""

    def enqueue(
        self,
        job: Job,
        *,
        idempotency_key: str | None = None,
        priority: int | None = None,
        delay_seconds: float | None = None,
        run_at: datetime | None = None,
        expires_in_seconds: float | None = None,
    ) -> str:
        """Add a job to the transaction and return its id.

        The scheduler's relay enqueues it within a second of the commit. A handler that may run
        twice gives an ``idempotency_key`` that is the same each time.
        """
        new = to_new_job(
            job,
            idempotency_key=idempotency_key,
            request_id=request_id.get(),
            priority=priority,
            run_at=run_at,
        )
        self.add(OutboxRow(job_id=new.id, job=_fields(new, delay_seconds, expires_in_seconds)))
        return new.id


def _fields(new: NewJob, delay: float | None, expires: float | None) -> dict[str, Any]:
    moment = time.time()
    fields = _without(
        asdict(new), "unique", "expires_in_seconds", "delay_seconds", "args", "client"
    )
    if delay is not None:
        fields["due_at"] = moment + delay
    return {**fields, "expires_at": None if expires is None else moment + expires}


def _without(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}
