"""What happened on each day, counted from the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from longshore_tasks.database import SentMail, StoredFile, ThumbnailRow
from longshore_tasks.files import UPLOADS


@dataclass(frozen=True, slots=True)
class DayOfActivity:
    """The figures of one day (UTC)."""

    day: date
    uploads: int
    upload_bytes: int
    thumbnails: int
    mails: int


def activity(session: Session, since: date, until: date) -> list[DayOfActivity]:
    """Return one entry per day of the period, both ends included, also where nothing happened."""
    count = (until - since).days + 1
    return [_day(session, since + timedelta(days=number)) for number in range(count)]


def _day(session: Session, day: date) -> DayOfActivity:
    uploads = select(func.count(), func.coalesce(func.sum(StoredFile.size_bytes), 0)).where(
        StoredFile.storage_key.startswith(UPLOADS), *_within(StoredFile.created_at, day)
    )
    number, size = session.execute(uploads).one()
    return DayOfActivity(
        day=day,
        uploads=number,
        upload_bytes=size,
        thumbnails=_count(session, ThumbnailRow.created_at, day),
        mails=_count(session, SentMail.sent_at, day),
    )


Moment = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


def _count(session: Session, moment: Moment, day: date) -> int:
    query = select(func.count()).select_from(moment.class_).where(*_within(moment, day))
    return session.scalars(query).one()


def _within(moment: Moment, day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    start = datetime.combine(day, time.min, UTC)
    return moment >= start, moment < start + timedelta(days=1)
