"""The audit trail on each kind of database: what SQLite alone would not show."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from longshore_api.audit.action import Action
from longshore_api.audit.trail import Act, AuditEntry, Wanted, read, recorded
from longshore_tasks.database import create_engine, migrate

WRITERS, EACH = 8, 5


@pytest.fixture
def engine(database_url: str) -> Generator[Engine]:
    migrate(database_url)
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def act(target: str, action: Action = Action.REPLAY, actor: str = "ada") -> Act:
    return Act(actor, "key:1", action, target, "request-1")


def test_an_act_is_written_before_it_is_done_and_ended_after(engine: Engine) -> None:
    before = datetime.now(UTC)
    with recorded(engine, act("job-1"), AuditEntry()) as entry:
        (begun,) = read(engine, Wanted(), 10)
        entry.note(replayed=3, filters={"task": "images.thumbnail", "words": ["a", "b"]})
    (done,) = read(engine, Wanted(), 10)
    assert (begun.outcome, done.outcome) == ("begun", "done")
    assert done.details["filters"]["words"] == ["a", "b"]
    assert before <= done.at <= datetime.now(UTC)


def test_many_write_at_once_and_nothing_is_missing(engine: Engine) -> None:
    def write(writer: int) -> None:
        for number in range(EACH):
            with recorded(engine, act(f"job-{writer}-{number}"), AuditEntry()):
                pass

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    rows = read(engine, Wanted(), 100)
    assert len({row.target for row in rows}) == WRITERS * EACH
    assert {row.outcome for row in rows} == {"done"}
    ids = [row.id for row in rows]
    assert ids == sorted(ids, reverse=True)


def test_lines_are_found_by_who_what_and_when(engine: Engine) -> None:
    for target, action, actor in (
        ("job-1", Action.REPLAY, "ada"),
        ("low", Action.PURGE, "ben"),
        ("low", Action.PAUSE, "ada"),
    ):
        with recorded(engine, act(target, action, actor), AuditEntry()):
            pass
    now = datetime.now(UTC)

    def targets(wanted: Wanted) -> list[str]:
        return [row.target for row in read(engine, wanted, 10)]

    assert targets(Wanted(actor="ada")) == ["low", "job-1"]
    assert targets(Wanted(action="purge")) == ["low"]
    assert targets(Wanted(since=now - timedelta(hours=1), until=now)) == ["low", "low", "job-1"]
    assert targets(Wanted(since=now)) == []


def test_what_cannot_be_written_is_not_done(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_trail"))
    done = []
    with pytest.raises(SQLAlchemyError), recorded(engine, act("job-1"), AuditEntry()):
        done.append(1)
    assert done == []


def test_a_target_may_hold_what_the_database_cannot(engine: Engine) -> None:
    with recorded(engine, Act("ada", "key:1", Action.PAUSE, "a\0b"), AuditEntry()):
        pass
    (row,) = read(engine, Wanted(), 10)
    assert row.target == "a\\0b"
