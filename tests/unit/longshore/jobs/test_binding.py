from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from celery import Celery
from celery.exceptions import Ignore, Reject
from celery.signals import task_received
from pydantic import BaseModel
from structlog.testing import capture_logs

from longshore import current
from longshore.errors import InvalidJob, Permanent, Transient
from longshore.jobs import Attempt, Job, bind, handles
from longshore.jobs.result import UnstorableResult
from longshore.records import DeadReason
from longshore.retry import RetryPolicy


class Unwanted(Exception):
    pass


class Dig(
    Job,
    task="garden.dig",
    queue="normal",
    retry=RetryPolicy(
        max_retries=2, first_delay_seconds=1, max_delay_seconds=9, jitter=0, discard_on=(Unwanted,)
    ),
):
    depth: int


class Hole(BaseModel):
    dug_on: date


@dataclass
class Garden:
    """What the handler of each test is told to do, and what was seen of the contexts."""

    errors: list[Exception] = field(default_factory=list)
    result: Any = None
    attempts: list[Attempt] = field(default_factory=list)
    closed: int = 0
    seen: list[Any] = field(default_factory=list)

    @contextmanager
    def context(self, attempt: Attempt) -> Iterator[Garden]:
        self.attempts.append(attempt)
        try:
            yield self
        finally:
            self.closed += 1


@handles(Dig)
def dig(job: Dig, garden: Garden) -> Any:
    garden.seen.append((current.request_id.get(), structlog.contextvars.get_contextvars()))
    if garden.errors:
        raise garden.errors.pop(0)
    return garden.result if garden.result is not None else job.depth * 2


@pytest.fixture
def garden(app: Celery) -> Garden:
    garden = Garden()
    bind(app, [dig], garden.context)
    app.set_current()
    return garden


def test_a_job_runs_its_handler_within_a_context_of_its_own(garden: Garden) -> None:
    result = Dig.delay(depth=2)
    assert result.get() == 4
    [attempt] = garden.attempts
    assert (attempt.job_id, attempt.task, attempt.attempt) == (result.id, "garden.dig", 1)
    assert garden.closed == 1


def test_a_model_is_returned_as_json(garden: Garden) -> None:
    garden.result = Hole(dug_on=date(2026, 1, 2))
    assert Dig.delay(depth=1).get() == {"dug_on": "2026-01-02"}


def test_a_result_that_json_cannot_hold_is_an_error_that_says_so(garden: Garden) -> None:
    garden.result = object()
    with pytest.raises(UnstorableResult, match="object"):
        Dig.delay(depth=1).get()


def test_request_and_log_context_belong_to_the_attempt_and_end_with_it(garden: Garden) -> None:
    result = Dig.apply_async(kwargs={"depth": 1}, headers={"request_id": "r-7"})
    request_id, bound = garden.seen[0]
    assert request_id == "r-7"
    assert (bound["job_id"], bound["task"], bound["attempt"]) == (result.id, "garden.dig", 1)
    assert bound["request_id"] == "r-7"
    assert current.request_id.get() is None
    assert structlog.contextvars.get_contextvars() == {}


def test_a_transient_error_is_tried_again_and_told_in_one_line(garden: Garden) -> None:
    garden.errors = [Transient("away"), Transient("still away")]
    with capture_logs() as lines:
        assert Dig.delay(depth=2).get() == 4
    assert [attempt.attempt for attempt in garden.attempts] == [1, 2, 3]
    assert garden.closed == 3
    told = [
        (line["event"], line["attempt"], line["delay_seconds"], line["error_message"])
        for line in lines[:2]
    ]
    assert told == [
        ("job retried", 1, 1.0, "away"),
        ("job retried", 2, 2.0, "still away"),
    ]
    assert [line["event"] for line in lines[2:]] == ["job succeeded"]


def test_the_last_error_is_raised_when_the_retries_are_used_up(garden: Garden) -> None:
    garden.errors = [Transient(str(number)) for number in range(5)]
    with pytest.raises(Transient, match="2") as caught:
        Dig.delay(depth=2).get()
    assert caught.value.longshore_reason is DeadReason.RETRIES_EXHAUSTED  # type: ignore[attr-defined]


def test_a_bug_is_not_tried_again(garden: Garden) -> None:
    garden.errors = [KeyError("x")]
    with pytest.raises(KeyError):
        Dig.delay(depth=2).get()
    assert len(garden.attempts) == 1


def test_fields_that_do_not_fit_reach_no_handler(app: Celery, garden: Garden) -> None:
    with pytest.raises(InvalidJob, match="depth"):
        app.tasks["garden.dig"].apply_async(kwargs={"depth": "deep"}).get()
    with pytest.raises(InvalidJob, match="positional"):
        app.tasks["garden.dig"].apply_async(args=(1,)).get()
    assert garden.attempts == []


def test_a_discarded_job_is_ignored(garden: Garden) -> None:
    garden.errors = [Unwanted()]
    with capture_logs() as lines:
        result = Dig.delay(depth=2)
    assert result.state == "IGNORED"
    assert [line["event"] for line in lines] == ["job discarded"]


@pytest.mark.parametrize("word", [Ignore(), Reject("no")])
def test_what_a_handler_says_in_celerys_words_stands(garden: Garden, word: Exception) -> None:
    garden.errors = [word]
    assert Dig.delay(depth=2).state in {"IGNORED", "REJECTED"}


def test_the_celery_task_has_the_limits_of_the_class(app: Celery, garden: Garden) -> None:
    task = app.tasks["garden.dig"]
    assert app.amqp.router.route({}, "garden.dig")["queue"].name == "normal"
    assert (task.soft_time_limit, task.time_limit, task.acks_late) == (60, 90, True)


def test_an_attempt_is_read_from_the_claim_that_the_broker_grants(app: Celery) -> None:
    seen: list[Attempt] = []

    @app.task(name="garden.look", bind=True)
    def look(self: Any) -> None:
        seen.append(Attempt.of(self))

    claim = {"job_id": "j", "tag": "t", "queue": "low", "token": "x", "attempt": 2, "delivery": 4}
    look.apply(task_id="j", headers={"longshore": claim, "request_id": "r"})
    [attempt] = seen
    assert (attempt.queue, attempt.attempt, attempt.delivery) == ("low", 2, 4)
    assert attempt.request_id == "r"


def test_each_step_is_told_once_and_celery_adds_nothing(
    garden: Garden, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="celery.app.trace")
    garden.errors = [Transient("away"), Permanent("never")]
    with capture_logs() as lines:
        Dig.delay(depth=2).get(propagate=False)
        Dig.delay(depth=2)
    assert [line["event"] for line in lines] == ["job retried", "job dead", "job succeeded"]
    assert lines[1]["reason"] == "permanent_error"
    assert [line for line in caplog.records if line.name == "celery.app.trace"] == []


def test_a_bug_keeps_celerys_line_with_its_traceback(
    garden: Garden, caplog: pytest.LogCaptureFixture
) -> None:
    garden.errors = [KeyError("x")]
    Dig.delay(depth=2).get(propagate=False)
    [record] = [line for line in caplog.records if line.name == "celery.app.trace"]
    assert record.levelname == "ERROR"
    assert record.exc_info


def test_other_tasks_of_the_app_are_told_by_celery_as_ever(
    app: Celery, garden: Garden, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="celery.app.trace")

    @app.task(name="garden.rest", shared=False)
    def rest() -> None:
        pass

    rest.delay()
    assert "garden.rest" in caplog.text


def test_a_claim_is_told_before_the_handler_begins(garden: Garden) -> None:
    claim = {"job_id": "j", "tag": "t", "queue": "low", "token": "x", "attempt": 1, "delivery": 2}
    headers = {"longshore": claim, "request_id": "r", "retries": 0}
    request = SimpleNamespace(
        id="j", name="garden.dig", request_dict=headers, delivery_info={}, hostname="w"
    )
    with capture_logs() as lines:
        task_received.send(sender=None, request=request)
        task_received.send(sender=None, request=SimpleNamespace(name="another.task"))
    [line] = lines
    assert (line["event"], line["job_id"], line["delivery"]) == ("job claimed", "j", 2)
    assert (line["request_id"], line["worker"], line["queue"]) == ("r", "w", "low")
