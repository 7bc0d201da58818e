from __future__ import annotations

import os
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from longshore_tasks.context import TaskContext
from longshore_tasks.database import StoredFile
from longshore_tasks.handlers.files import clean_up_files
from longshore_tasks.jobs.files import CleanUpFiles

DAY = 86_400.0
OLD = 1_000_000_000


@pytest.fixture
def make_old(context: TaskContext):
    def age(key: str) -> None:
        os.utime(context.settings.storage_directory / key, (OLD, OLD))

    return age


def keys(context: TaskContext, prefix: str = "") -> list[str]:
    return [stat.key for stat in context.storage.list(prefix)]


def test_old_files_go_with_what_the_database_says_of_them(
    context: TaskContext, session: Session, keep, make_old
) -> None:
    old, new = keep(b"old"), keep(b"new")
    make_old(old.storage_key)
    gone = old.id
    result = clean_up_files(CleanUpFiles(prefix="uploads/", older_than_seconds=DAY), context)
    assert (result.count, result.size_bytes, result.keys) == (1, 3, (old.storage_key,))
    assert keys(context) == [new.storage_key]
    session.expire_all()
    assert session.get(StoredFile, gone) is None
    assert session.get(StoredFile, new.id) is not None


def test_a_second_run_finds_nothing_left_to_do(context: TaskContext, keep, make_old) -> None:
    make_old(keep(b"old").storage_key)
    job = CleanUpFiles(prefix="uploads/", older_than_seconds=DAY)
    assert clean_up_files(job, context).count == 1
    assert clean_up_files(job, context).count == 0


def test_a_file_that_lost_its_row_in_a_crash_is_removed_too(
    context: TaskContext, session: Session, keep, make_old
) -> None:
    row = keep(b"old")
    make_old(row.storage_key)
    session.delete(row)
    session.commit()
    assert clean_up_files(CleanUpFiles(prefix="uploads/"), context).count == 1
    assert keys(context) == []


def test_a_dry_run_lists_and_removes_nothing(
    context: TaskContext, session: Session, keep, make_old
) -> None:
    row = keep(b"old")
    make_old(row.storage_key)
    result = clean_up_files(CleanUpFiles(prefix="uploads/", dry_run=True), context)
    assert result.dry_run
    assert result.keys == (row.storage_key,)
    assert keys(context) == [row.storage_key]
    assert session.get(StoredFile, row.id) is not None


def test_only_the_prefix_is_touched(context: TaskContext, make_old) -> None:
    for key in ("uploads/a", "thumbnails/a/1x1.png", "reports/a.csv"):
        context.storage.put(key, BytesIO(b"x"))
        make_old(key)
    clean_up_files(CleanUpFiles(prefix="thumbnails/"), context)
    assert keys(context) == ["reports/a.csv", "uploads/a"]


def test_the_list_is_bounded_and_the_count_is_not(context: TaskContext) -> None:
    for number in range(130):
        context.storage.put(f"reports/{number:03}.csv", BytesIO(b"x"))
    result = clean_up_files(CleanUpFiles(prefix="reports/", older_than_seconds=0), context)
    assert result.count == 130
    assert len(result.keys) == 100
    assert keys(context) == []
