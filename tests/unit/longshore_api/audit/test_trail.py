from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from longshore_api.audit.action import Action
from longshore_api.audit.trail import Act, AuditEntry, Wanted, read, recorded
from longshore_api.settings import ApiSettings
from longshore_tasks.database import AuditRow, create_engine

ACT = Act("ada", "key:1", Action.REPLAY, "job-1", "request-1")


@pytest.fixture
def engine(settings: ApiSettings) -> Generator[Engine]:
    engine = create_engine(settings.database_url)
    yield engine
    engine.dispose()


def lines(engine: Engine, wanted: Wanted | None = None, limit: int = 50) -> list[AuditRow]:
    return list(read(engine, wanted or Wanted(), limit))


def test_an_act_is_written_before_it_is_done_and_ended_after(engine: Engine) -> None:
    with recorded(engine, ACT, AuditEntry()) as entry:
        (begun,) = lines(engine)
        entry.note(replayed=3)
    (done,) = lines(engine)
    assert (begun.outcome, begun.details) == ("begun", {})
    assert (done.outcome, done.details) == ("done", {"replayed": 3})
    assert (done.actor, done.credential, done.action) == ("ada", "key:1", "replay")
    assert (done.target, done.request_id) == ("job-1", "request-1")


def test_an_act_that_failed_is_written_with_its_error_and_not_its_words(engine: Engine) -> None:
    with pytest.raises(ValueError, match="hunter2"), recorded(engine, ACT, AuditEntry()):
        raise ValueError("password=hunter2")
    (line,) = lines(engine)
    assert line.outcome == "ValueError"
    assert "hunter2" not in str(line.details)


def test_what_cannot_be_written_is_not_done(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_trail"))
    done = []
    with pytest.raises(OperationalError), recorded(engine, ACT, AuditEntry()):
        done.append(1)
    assert done == []


def test_what_is_done_stays_done_when_its_outcome_cannot_be_written(engine: Engine) -> None:
    with recorded(engine, ACT, AuditEntry()), engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_trail RENAME TO elsewhere"))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO audit_trail"))
    assert [line.outcome for line in lines(engine)] == ["begun"]


def test_lines_are_found_by_who_what_and_when_newest_first(engine: Engine) -> None:
    for actor, action, target in (
        ("ada", Action.REPLAY, "job-1"),
        ("ben", Action.PURGE, "low"),
        ("ada", Action.PAUSE, "low"),
    ):
        with recorded(engine, Act(actor, "key:1", action, target), AuditEntry()):
            pass
    now = datetime.now(UTC)
    found = {
        "all": lines(engine),
        "ada": lines(engine, Wanted(actor="ada")),
        "low": lines(engine, Wanted(target="low")),
        "purged": lines(engine, Wanted(action="purge")),
        "lately": lines(engine, Wanted(since=now - timedelta(hours=1), until=now)),
        "later": lines(engine, Wanted(since=now)),
    }
    ids = {name: [line.id for line in of] for name, of in found.items()}
    assert ids == {
        "all": [3, 2, 1],
        "ada": [3, 1],
        "low": [3, 2],
        "purged": [2],
        "lately": [3, 2, 1],
        "later": [],
    }
    assert [line.id for line in read(engine, Wanted(), 2, before=3)] == [2, 1]
