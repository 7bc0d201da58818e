"""Jobs that commit with rows: none is lost, none is doubled, whatever is killed between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from longshore.errors import BrokerUnavailable
from longshore.records import JobState
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer
from longshore_scheduler.outbox import OutboxRelay
from longshore_tasks.database import (
    OutboxRow,
    OutboxSession,
    SentMail,
    create_engine,
    migrate,
)
from longshore_tasks.jobs.system import Echo
from longshore_tasks.relay import relay
from support import orders
from support.processes import run

#: On each kind of database.
KILLS = int(os.environ.get("OUTBOX_KILLS", "200"))


@pytest.fixture
def url(database_url: str) -> str:
    migrate(database_url)
    return database_url


@pytest.fixture
def engine(url: str) -> Generator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(valkey: ValkeyServer) -> Generator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


def waiting(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(OutboxRow)) or 0


def test_a_job_is_enqueued_when_its_transaction_commits_and_only_then(
    engine: Engine, store: Store
) -> None:
    with OutboxSession(engine) as session:
        job_id = session.enqueue(Echo(text="x"), priority=3)
        assert relay(engine, store) == 0
        session.commit()
    assert relay(engine, store) == 1
    record = store.run(jobs.get(job_id))
    assert (record.state, record.task, record.priority) == (JobState.QUEUED, "system.echo", 3)
    assert waiting(engine) == 0


def test_a_job_goes_with_its_transaction(engine: Engine, store: Store) -> None:
    with OutboxSession(engine) as session:
        session.enqueue(Echo(text="x"))
        session.rollback()
    assert relay(engine, store) == 0


def test_times_count_from_the_commit_and_not_from_the_relay(engine: Engine, store: Store) -> None:
    moment = datetime.now(UTC) + timedelta(hours=1)
    with OutboxSession(engine) as session:
        delayed = session.enqueue(Echo(text="x"), delay_seconds=600, expires_in_seconds=900)
        later = session.enqueue(Echo(text="x"), run_at=moment)
        session.commit()
        before = datetime.now(UTC).timestamp()
    relay(engine, store)
    found = store.run(jobs.get(delayed))
    assert found.state is JobState.SCHEDULED
    assert found.due_at == pytest.approx(before + 600, abs=5)
    assert found.expires_at == pytest.approx(before + 900, abs=5)
    assert store.run(jobs.get(later)).due_at == pytest.approx(moment.timestamp(), abs=0.01)


def test_the_same_key_is_the_same_job(engine: Engine, store: Store) -> None:
    with OutboxSession(engine) as session:
        ids = {session.enqueue(Echo(text="x"), idempotency_key="order-1") for _ in range(2)}
        session.commit()
    assert len(ids) == 1
    assert relay(engine, store) == 2
    assert len(store.run(jobs.search()).records) == 1


def test_what_the_broker_did_not_take_stays(
    engine: Engine, store: Store, valkey: ValkeyServer
) -> None:
    with OutboxSession(engine) as session:
        session.enqueue(Echo(text="x"))
        session.commit()
    keeper = OutboxRelay(engine, store, 0.5)
    valkey.pause()
    try:
        with pytest.raises(BrokerUnavailable):
            relay(engine, store)
        assert keeper.turn() == 0
    finally:
        valkey.resume()
    assert waiting(engine) == 1
    assert keeper.turn() == 1
    assert waiting(engine) == 0


def test_a_process_killed_at_any_moment_loses_no_order_and_doubles_none(
    url: str, engine: Engine, store: Store, valkey: ValkeyServer
) -> None:
    left = []
    for moment in orders.MOMENTS:
        assert take_orders(url, valkey.url, moment).returncode == -signal.SIGKILL
        left.append(waiting(engine))
    # Rolled back; committed; enqueued neither in this process nor the one before; and at last both.
    assert left == [0, 1, 2, 3]
    assert int(valkey.ask("LLEN", "normal")) == 3
    assert_every_order_is_enqueued_once(engine, store, valkey, at_least=3)


@pytest.mark.torture
@pytest.mark.timeout(1200)
def test_killing_between_commit_and_enqueue_loses_none_and_doubles_none(
    url: str, engine: Engine, store: Store, valkey: ValkeyServer
) -> None:
    done = take_orders(url, valkey.url, str(KILLS))
    assert int(done.stdout)  # some were killed in between, or this shows nothing
    assert_every_order_is_enqueued_once(engine, store, valkey, at_least=KILLS)


def take_orders(url: str, broker: str, moment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(orders.__file__).parents[1])}
    command = (sys.executable, "-m", "support.orders", url, broker, moment)
    return run(command, environment, timeout=1000)


def assert_every_order_is_enqueued_once(
    engine: Engine, store: Store, valkey: ValkeyServer, at_least: int
) -> None:
    while relay(engine, store):
        pass
    with Session(engine) as session:
        ordered = set(session.scalars(select(SentMail.job_id)))
    with valkey.client() as client:
        listed = Counter(json.loads(raw)["headers"]["id"] for raw in client.lrange("normal", 0, -1))
    assert len(ordered) >= at_least
    assert set(listed) == ordered
    assert set(listed.values()) == {1}
