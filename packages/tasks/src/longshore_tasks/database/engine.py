"""Connections to the database, SQLite or another."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import sqlalchemy
from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.exc import ArgumentError

from longshore.errors import SettingsError

BUSY_TIMEOUT_SECONDS = 5
CONNECT_TIMEOUT_SECONDS = 5
SQLITE_PRAGMAS = (
    # Readers go on while one writes: three services share the file.
    "PRAGMA journal_mode=WAL",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
    "PRAGMA foreign_keys=ON",
    # With a write-ahead log this loses nothing but the last commits in a power cut.
    "PRAGMA synchronous=NORMAL",
)


class _Connection(Protocol):
    def execute(self, statement: str, /) -> object: ...


def create_engine(database_url: str) -> Engine:
    """Return an engine that connects when it is first used; it belongs to one process.

    Raises SettingsError for a URL that names no database. The folder of an SQLite file is made,
    unless the file is named by a ``file:`` address of SQLite's own.
    """
    try:
        url = make_url(database_url)
        engine = sqlalchemy.create_engine(
            url, pool_pre_ping=True, hide_parameters=True, connect_args=_connect_args(url)
        )
    except (ArgumentError, ModuleNotFoundError) as error:
        message = f"the database URL cannot be used ({type(error).__name__}); example: sqlite:///data.sqlite3"
        raise SettingsError(message) from None
    if url.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, url.database)
    return engine


def _connect_args(url: URL) -> dict[str, int | str]:
    # SQLite's patience is its busy timeout; libpq by itself waits for ever, and gives bytes for
    # text where the database was made without an encoding.
    if url.get_backend_name() != "postgresql":
        return {}
    return {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "client_encoding": "utf8"}


def _prepare_sqlite(engine: Engine, file: str | None) -> None:
    if file and file != ":memory:" and not file.startswith("file:"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    event.listen(engine, "connect", _set_pragmas)


def _set_pragmas(connection: _Connection, _record: object) -> None:
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
