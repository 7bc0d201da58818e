"""Migrations, there and back, on each kind of database."""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from longshore_tasks.database import Base, create_engine, migrate
from longshore_tasks.database.migration import _config


@pytest.fixture
def engine(database_url: str) -> Generator[Engine]:
    migrate(database_url)
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def move(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        config = _config(connection)
        if revision == "head":
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        found: list[object] = compare_metadata(
            MigrationContext.configure(connection), Base.metadata
        )
    return found


def columns(engine: Engine) -> set[tuple[str, str]]:
    found = inspect(engine)
    return {(name, one["name"]) for name in tables(engine) for one in found.get_columns(name)}


def test_there_and_back_leaves_the_tables_of_the_models_and_then_none(engine: Engine) -> None:
    assert tables(engine) == set(Base.metadata.tables)
    move(engine, "base")
    assert tables(engine) == set()
    move(engine, "head")
    assert tables(engine) == set(Base.metadata.tables)
    assert differences(engine) == []


def test_each_step_can_be_taken_back(engine: Engine) -> None:
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(_config(connection))
    steps = [script.down_revision or "base" for script in scripts.walk_revisions()]
    assert steps[-1] == "base"
    seen = [columns(engine)]
    for step in steps:
        move(engine, str(step))
        seen.append(columns(engine))
    assert all(after < before for before, after in pairwise(seen))
