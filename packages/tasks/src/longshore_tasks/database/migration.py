"""Bring a database to the tables of this version."""

from __future__ import annotations

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from longshore_tasks.database.engine import create_engine

MIGRATIONS = Path(__file__).with_name("migrations")
# Any fixed number; it must only be the same in every service.
ADVISORY_LOCK = 4_705_318_221


def migrate(database_url: str) -> None:
    """Create or upgrade the tables; safe to call in several services at the same moment.

    Raises SettingsError for an unusable URL and sqlalchemy's OperationalError when the database
    does not answer.
    """
    engine = create_engine(database_url)
    try:
        with _only_one(engine), engine.connect() as connection:
            command.upgrade(_config(connection), "head")
            connection.commit()
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _only_one(engine: Engine) -> Generator[None]:
    if engine.dialect.name == "sqlite":
        with _file_lock(Path(f"{engine.url.database}.migration-lock")):
            yield
    else:
        with _advisory_lock(engine):
            yield


@contextmanager
def _file_lock(path: Path) -> Generator[None]:
    # The lock is the kernel's and ends with the process; the empty file may stay.
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _advisory_lock(engine: Engine) -> Generator[None]:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": ADVISORY_LOCK})
        yield
