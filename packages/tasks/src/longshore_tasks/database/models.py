"""The tables. Times are UTC; the database never decides one, so that tests can."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# Names for constraints, without which a migration cannot drop one.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, with its time zone also where the database (SQLite) forgets it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store the moment in UTC; a naive one is refused by astimezone's caller, the type."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        del dialect
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of the tables."""

    metadata = MetaData(naming_convention=NAMING)


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class StoredFile(Base):
    """A file that can be fetched by its id; ``storage_key`` says where its bytes lie.

    ``client`` is who uploaded it; that of a report is nobody.
    """

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(255), unique=True)
    client: Mapped[str | None] = mapped_column(String(600))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    thumbnails: Mapped[list[ThumbnailRow]] = relationship(
        back_populates="file", cascade="all, delete-orphan", order_by="ThumbnailRow.box_width"
    )


class ThumbnailRow(Base):
    """A thumbnail of a file; ``box_*`` is the size asked for, ``width`` and ``height`` the real."""

    __tablename__ = "thumbnails"

    storage_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"), index=True)
    box_width: Mapped[int]
    box_height: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    file: Mapped[StoredFile] = relationship(back_populates="thumbnails")


class SentMail(Base):
    """The ledger of mails, one row per job.

    Begun before the mail goes out; sent when the server may not take it for anybody else.
    """

    __tablename__ = "sent_mails"

    job_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(255))
    template: Mapped[str] = mapped_column(String(50))
    recipients: Mapped[int]
    attachments: Mapped[int]
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class MailRecipient(Base):
    """What the mail server answered for one recipient of a job's mail."""

    __tablename__ = "mail_recipients"

    job_id: Mapped[str] = mapped_column(
        ForeignKey("sent_mails.job_id", ondelete="CASCADE"), primary_key=True
    )
    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20))
    reply: Mapped[str] = mapped_column(String(255), default="")


class ReportRow(Base):
    """A report, by the name that its period gives it."""

    __tablename__ = "reports"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    since: Mapped[date]
    until: Mapped[date]
    csv_file_id: Mapped[str] = mapped_column(String(32))
    html_file_id: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
