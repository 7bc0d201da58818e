from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from longshore.errors import SettingsError
from longshore_tasks.database import (
    Base,
    SentMail,
    StoredFile,
    ThumbnailRow,
    create_engine,
    migrate,
)
from longshore_tasks.settings import Settings
from support.fresh_interpreter import FreshInterpreters
from support.migrating import migrate_at_once


def test_the_migrations_make_the_tables_that_the_models_describe(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_again_changes_nothing(settings: Settings, session: Session) -> None:
    row = SentMail(job_id="j", message_id="m", template="t", recipients=1, attachments=0)
    session.add(row)
    session.commit()
    migrate(settings.database_url)
    assert session.get(SentMail, "j") is not None


def test_services_that_start_at_once_do_not_race(
    tmp_path: Path, fresh_interpreter: FreshInterpreters
) -> None:
    url = f"sqlite:///{tmp_path}/new/database.sqlite3"
    migrate_at_once(fresh_interpreter, url)
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) >= set(Base.metadata.tables)
    engine.dispose()


def test_sqlite_lets_readers_go_on_and_keeps_references(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 5000


def test_a_thumbnail_needs_its_file(session: Session) -> None:
    session.add(
        ThumbnailRow(
            storage_key="thumbnails/x",
            file_id="0" * 32,
            box_width=1,
            box_height=1,
            width=1,
            height=1,
            media_type="image/png",
            size_bytes=1,
        )
    )
    with pytest.raises(IntegrityError):
        session.commit()


def test_moments_come_back_in_utc_whatever_zone_they_came_in(session: Session, keep) -> None:
    row: StoredFile = keep(b"x")
    row.created_at = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    session.commit()
    session.expire_all()
    assert session.get_one(StoredFile, row.id).created_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert row.created_at.tzinfo is UTC


@pytest.mark.parametrize("url", ["nonsense", "oracle+nodriver://u:hunter2@h/d"])
def test_a_url_that_names_no_database_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(SettingsError, match="database URL") as caught:
        create_engine(url)
    assert "hunter2" not in str(caught.value)


def test_postgresql_is_an_engine_that_connects_when_it_is_used() -> None:
    engine = create_engine("postgresql+psycopg://u:hunter2@db.invalid/longshore")
    assert engine.dialect.name == "postgresql"
    assert "hunter2" not in repr(engine)


def test_an_address_of_sqlites_own_is_no_folder_to_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    create_engine(f"sqlite:///file:{tmp_path}/none/data.sqlite3?mode=ro&uri=true").dispose()
    assert list(tmp_path.iterdir()) == []
