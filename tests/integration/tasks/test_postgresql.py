"""What SQLite cannot show: another server's zones, locks and failures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from longshore.testing.ports import free_port
from longshore_tasks.database import Base, StoredFile, create_engine
from longshore_tasks.handlers.activity import activity
from longshore_tasks.retries import TRANSIENT_ERRORS
from support import postgres
from support.fresh_interpreter import fresh_interpreters
from support.migrating import migrate_at_once

pytestmark = [
    pytest.mark.skipif(not postgres.available(), reason=postgres.WITHOUT),
    pytest.mark.xdist_group("postgresql"),
]


@pytest.fixture(scope="module")
def url(postgresql_server: str) -> Iterator[str]:
    with postgres.database(postgresql_server) as url:
        yield url


@pytest.fixture(scope="module")
def engine(url: str) -> Iterator[Engine]:
    """The database, migrated by three services that start at once."""
    with fresh_interpreters() as interpreters:
        migrate_at_once(interpreters, url)
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_the_migrations_make_the_tables_that_the_models_describe(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_database_without_an_encoding_has_text(url: str) -> None:
    without = "ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
    with postgres.database(url, without) as plain:
        engine = create_engine(plain)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT 'é'").scalar() == "é"
        engine.dispose()


def test_a_day_is_a_day_in_utc(engine: Engine) -> None:
    last_moment = datetime(2026, 3, 1, 23, 59, 59, 999_999, UTC)
    row = StoredFile(
        id="0" * 32,
        name="a.png",
        media_type="image/png",
        size_bytes=3,
        sha256="0" * 64,
        storage_key="uploads/a",
        created_at=last_moment,
    )
    with Session(engine) as session:
        session.add(row)
        session.commit()
        assert session.get_one(StoredFile, row.id).created_at == last_moment
        days = activity(session, last_moment.date(), datetime(2026, 3, 2, tzinfo=UTC).date())
    assert [(day.uploads, day.upload_bytes) for day in days] == [(1, 3), (0, 0)]


def test_a_server_that_is_away_is_worth_another_attempt() -> None:
    engine = create_engine(f"postgresql+psycopg://u:hunter2@127.0.0.1:{free_port()}/d")
    with pytest.raises(OperationalError) as caught:
        engine.connect()
    assert isinstance(caught.value, TRANSIENT_ERRORS)
    assert "hunter2" not in str(caught.value)
