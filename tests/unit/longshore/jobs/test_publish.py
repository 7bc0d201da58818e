from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from celery import Celery
from celery.signals import before_task_publish

from longshore.envelope import idempotent_id
from longshore.errors import InvalidJob
from longshore.jobs import Job


class Paint(Job, task="wall.paint", queue="low"):
    colour: str


@pytest.fixture
def sent(app: Celery) -> list[dict[str, Any]]:
    """What reaches the broker, from Celery's own in-memory one."""
    app.conf.task_always_eager = False
    app.set_current()
    seen: list[dict[str, Any]] = []

    def note(body: Any, **message: Any) -> None:
        seen.append({"kwargs": body[1], **message})

    before_task_publish.connect(note, weak=False, dispatch_uid="test-publish")
    yield seen  # type: ignore[misc]
    before_task_publish.disconnect(dispatch_uid="test-publish")


def test_delay_sends_the_fields_to_the_queue_of_the_class(sent: list[dict[str, Any]]) -> None:
    result = Paint.delay(colour="red")
    [message] = sent
    assert message["kwargs"] == {"colour": "red"}
    assert message["routing_key"] == "low"
    assert message["headers"]["id"] == result.id
    assert message["headers"]["timelimit"] == [90, 60]


def test_apply_async_takes_celerys_options(sent: list[dict[str, Any]]) -> None:
    eta = datetime(2030, 1, 1, tzinfo=UTC)
    Paint.apply_async(kwargs={"colour": "red"}, eta=eta, task_id="job-1", queue="high")
    [message] = sent
    assert message["headers"]["eta"] == eta.isoformat()
    assert message["headers"]["id"] == "job-1"
    assert message["routing_key"] == "high"


def test_an_idempotency_key_becomes_the_id_and_asks_the_broker_for_one_job(
    sent: list[dict[str, Any]],
) -> None:
    Paint(colour="red").enqueue(idempotency_key="k", headers={"request_id": "r-1"})
    headers = sent[0]["headers"]
    assert headers["id"] == idempotent_id("wall.paint", "k")
    assert headers["longshore_unique"] is True
    assert headers["request_id"] == "r-1"


def test_fields_that_do_not_fit_are_refused_before_anything_is_sent(
    sent: list[dict[str, Any]],
) -> None:
    with pytest.raises(InvalidJob, match="colour"):
        Paint.apply_async(kwargs={"colour": 1})
    with pytest.raises(InvalidJob, match="by name"):
        Paint.apply_async(("red",))  # type: ignore[arg-type]
    assert sent == []


class Blast(Job, task="rock.blast", queue="low", max_deliveries=1):
    pass


def test_a_limit_of_lost_runs_travels_with_the_job(sent: list[dict[str, Any]]) -> None:
    Blast.apply_async(idempotency_key="hill-7", headers={"colour": "red"})
    [message] = sent
    assert message["headers"]["longshore_max_deliveries"] == 1
    assert message["headers"]["colour"] == "red"
