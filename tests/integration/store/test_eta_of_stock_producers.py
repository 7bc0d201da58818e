"""Jobs of stock producers that are delayed or expire: the message alone says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from longshore.envelope import NewJob, encode
from longshore.records import JobState
from longshore.store import jobs, queues
from longshore.store.claims import Source, claim


def put_as_stock(client, job_id, eta=None, expires=None):
    message = json.loads(encode(NewJob(task="t", id=job_id, kwargs={}, queue="q")).raw)
    message["headers"].update(eta=eta, expires=expires)
    client.lpush("q", json.dumps(message))


def take(store):
    return store.run(claim([Source("q", "q")], owner="o", worker="w", limit=10))


@pytest.mark.parametrize(
    "eta",
    [
        lambda due: due.isoformat(),
        lambda due: due.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(),
        lambda due: due.astimezone(timezone(timedelta(hours=-8))).isoformat(),
        lambda due: due.replace(tzinfo=None).isoformat(),
        lambda due: due.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    ],
)
def test_they_wait_in_the_broker_until_they_are_due(store, client, clock, eta):
    due = datetime.now(UTC) + timedelta(seconds=60)
    put_as_stock(client, "later", eta(due))

    assert take(store) == []
    record = store.run(jobs.get("later"))
    assert record.state is JobState.SCHEDULED
    assert record.due_at == pytest.approx(due.timestamp(), abs=0.001)

    clock.advance(30)
    assert store.run(queues.maintain()).promoted == 0
    clock.advance(30)
    assert store.run(queues.maintain()).promoted == 1
    (delivery,) = take(store)
    assert delivery.claim.job_id == "later"


@pytest.mark.parametrize("day", ["2024-02-29", "2027-03-01", "2028-12-31", "2100-01-01"])
def test_any_date_is_read_right(store, client, day):
    due = datetime.fromisoformat(f"{day}T12:34:56.250000+00:00")
    put_as_stock(client, "dated", due.isoformat())

    taken = take(store)
    if due < datetime.now(UTC):
        assert [delivery.claim.job_id for delivery in taken] == ["dated"]
    else:
        assert store.run(jobs.get("dated")).due_at == due.timestamp()


@pytest.mark.parametrize("eta", ["soon", "2026-13", "", None])
def test_what_is_no_time_does_not_hold_a_job_up(store, client, eta):
    put_as_stock(client, "odd", eta)
    assert [delivery.claim.job_id for delivery in take(store)] == ["odd"]


def test_how_long_one_may_still_begin_is_said_by_the_servers_clock(store, client, clock):
    expires = datetime.now(UTC) + timedelta(seconds=60)
    put_as_stock(client, "passing", expires=expires.isoformat())
    clock.advance(61)
    (delivery,) = take(store)
    assert delivery.claim.expired
    record = store.run(jobs.get("passing"))
    assert record.expires_at == pytest.approx(expires.timestamp(), abs=0.001)
