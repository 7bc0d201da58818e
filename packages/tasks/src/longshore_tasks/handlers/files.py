"""The work of clearing out old files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from longshore.jobs import handles
from longshore_tasks.context import TaskContext
from longshore_tasks.database import ReportRow, StoredFile, ThumbnailRow
from longshore_tasks.jobs.files import MAX_LISTED, CleanedUp, CleanUpFiles
from longshore_tasks.storage import FileStat

BATCH = 100
"""Rows removed in one transaction."""


@handles(CleanUpFiles)
def clean_up_files(job: CleanUpFiles, context: TaskContext) -> CleanedUp:
    """Remove the files of the prefix that are old enough, and what the database says of them."""
    limit = datetime.now(UTC) - timedelta(seconds=job.older_than_seconds)
    old = (stat for stat in context.storage.list(job.prefix) if stat.modified_at <= limit)
    done = CleanedUp(dry_run=job.dry_run, count=0, size_bytes=0, keys=())
    for batch in _batches(old):
        if not job.dry_run:
            _remove(batch, context)
        done = _with(done, batch)
    return done


def _batches(stats: Iterator[FileStat]) -> Iterator[list[FileStat]]:
    while batch := list(islice(stats, BATCH)):
        yield batch


def _remove(batch: list[FileStat], context: TaskContext) -> None:
    keys = [stat.key for stat in batch]
    # Rows first: a crash in between leaves files that the next clean-up finds, and no row
    # without its file.
    _forget(context.session, keys)
    context.session.commit()
    for key in keys:
        context.storage.delete(key)


def _forget(session: Session, keys: list[str]) -> None:
    ids = select(StoredFile.id).where(StoredFile.storage_key.in_(keys)).scalar_subquery()
    reports = or_(ReportRow.csv_file_id.in_(ids), ReportRow.html_file_id.in_(ids))
    session.execute(delete(ReportRow).where(reports))
    session.execute(delete(ThumbnailRow).where(ThumbnailRow.storage_key.in_(keys)))
    session.execute(delete(StoredFile).where(StoredFile.storage_key.in_(keys)))


def _with(done: CleanedUp, batch: list[FileStat]) -> CleanedUp:
    keys = (*done.keys, *(stat.key for stat in batch))
    return CleanedUp(
        dry_run=done.dry_run,
        count=done.count + len(batch),
        size_bytes=done.size_bytes + sum(stat.size_bytes for stat in batch),
        keys=keys[:MAX_LISTED],
    )
