"""Acts of the command line in the api's audit trail."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from longshore.cli.main import main
from longshore.envelope import NewJob
from longshore.store import jobs, queues
from longshore_api.audit.trail import Wanted, read
from longshore_tasks.database import create_engine, migrate


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'audit.sqlite3'}"


@pytest.fixture
def engine(url: str) -> Generator[Engine]:
    migrate(url)
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def audited(valkey, url, engine) -> Callable[..., Result]:
    """Run a command where the database is configured."""

    def run(*words: str, code: int = 0) -> Result:
        environment = {"LONGSHORE_BROKER_URL": valkey.url, "LONGSHORE_DATABASE_URL": url}
        done = CliRunner().invoke(main, list(words), env=environment)
        assert done.exit_code == code, done.output
        return done

    return run


def lines(engine: Engine) -> list[tuple[Any, ...]]:
    """Oldest first: action, target, outcome."""
    rows = read(engine, Wanted(), 100)
    return [(row.action, row.target, row.outcome) for row in reversed(rows)]


def test_what_a_person_does_to_queues_is_a_line(audited, engine, store):
    store.run(jobs.enqueue(NewJob(task="t", id="j-1", kwargs={}, queue="q")))
    audited("queues", "pause", "q")
    audited("queues", "resume", "q")
    audited("queues", "purge", "q", "--yes")
    assert lines(engine) == [
        ("pause", "q", "done"),
        ("resume", "q", "done"),
        ("purge", "q", "done"),
    ]
    (last, *_) = read(engine, Wanted(), 1)
    assert last.details == {"purged": 1}
    assert last.credential == "command line"
    assert last.actor


def test_what_a_person_does_to_dead_letters_is_a_line(audited, engine, bury):
    first, second, third = bury(3)
    audited("dead-letters", "replay", first)
    audited("dead-letters", "discard", second, "--reason", "nobody wants it")
    audited("dead-letters", "replay", "--task", "shop.add", "--rate", "5")
    assert lines(engine) == [
        ("replay", first, "done"),
        ("discard", second, "done"),
        ("replay", "by filter", "done"),
    ]
    replayed = read(engine, Wanted(action="replay"), 2)[0].details
    assert (replayed["task"], replayed["rate"], replayed["replayed"]) == ("shop.add", 5.0, 1)
    assert read(engine, Wanted(action="discard"), 1)[0].details["reason"] == "nobody wants it"
    assert third


def test_edited_arguments_are_named_and_not_told(audited, engine, bury):
    (job_id,) = bury(1)
    audited("dead-letters", "replay", job_id, "--kwargs", '{"card": "4111"}')
    (line,) = read(engine, Wanted(), 1)
    assert line.details["edited"] == ["kwargs"]
    assert "4111" not in str(line.details)


def test_several_jobs_are_one_line_with_their_ids(audited, engine, store):
    for n in range(2):
        store.run(jobs.enqueue(NewJob(task="t", id=f"j-{n}", kwargs={}, queue="q")))
    audited("jobs", "cancel", "j-0", "j-1")
    (line,) = read(engine, Wanted(), 5)
    assert (line.target, line.details) == ("j-0 and 1 more", {"names": ["j-0", "j-1"], "count": 2})


def test_what_only_looks_is_no_line(audited, engine, bury):
    bury(1)
    audited("dead-letters", "list")
    audited("dead-letters", "replay", "--all", "--dry-run")
    audited("queues")
    assert lines(engine) == []


def test_an_act_that_fails_is_a_line_with_its_error(audited, engine):
    audited("jobs", "retry-now", "no-such-job", code=1)
    assert lines(engine) == [("run-now", "no-such-job", "UnknownJob")]


def test_what_cannot_be_written_down_is_not_done(audited, engine, store):
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_trail"))
    refused = audited("queues", "pause", "q", code=2)
    assert refused.output.count("\n") == 1
    assert "--unaudited" in refused.output
    assert not store.run(queues.all_status(["q"]))[0].paused_since
    audited("--unaudited", "queues", "pause", "q")
    assert store.run(queues.all_status(["q"]))[0].paused_since


def test_without_a_database_nothing_is_written(longshore, engine):
    longshore("queues", "pause", "q")
    assert lines(engine) == []
