"""On RabbitMQ: workers and jobs fail, and every job has its outcome."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from longshore.rabbitmq.topology import DEAD_NOTES
from longshore.records import DeadReason, JobState
from longshore.store import jobs
from support.celery_worker import CeleryWorker
from support.front import Front
from support.rabbit import Harbour
from support.until import until

pytestmark = pytest.mark.xdist_group(name="rabbitmq")
Start = Callable[..., CeleryWorker]
#: Class and method of AMQP 0-9-1's ``basic.consume``.
BASIC_CONSUME = b"\x00\x3c\x00\x14"


def test_a_killed_workers_job_runs_again(port: Harbour, start: Start) -> None:
    first = start("first")
    job_id = port.enqueue("moor")
    until(lambda: port.lines() == ["moor 1 1"])
    first.kill()
    start("second")
    until(lambda: port.lines() == ["moor 1 1", "moor 1 2"])
    port.release()

    record = port.ends_as(JobState.SUCCEEDED, job_id)

    assert (record.deliveries, record.attempts, record.interruptions) == (2, 1, 1)
    assert port.outcomes(job_id) == ["interrupted"]
    assert port.store.run(jobs.result(job_id)).value == f"{job_id} sailed"


def test_a_job_that_kills_its_process_goes_through_the_dead_letter_exchange(
    port: Harbour, start: Start
) -> None:
    start()
    poison = port.enqueue("sink")
    others = [port.enqueue("sail", fields={"name": f"ship-{n}"}) for n in range(5)]

    record = port.ends_as(JobState.DEAD, poison)

    assert port.lines().count(f"sink 1 {record.deliveries}") == 1
    assert (record.dead_reason, record.deliveries) == (DeadReason.QUARANTINED, 3)
    assert port.outcomes(poison) == ["interrupted"] * 3
    assert port.dead_letters()[poison] == "delivery_limit"
    for other in others:
        port.ends_as(JobState.SUCCEEDED, other)


def test_a_job_that_fails_for_good_is_kept_by_rabbitmq(port: Harbour, start: Start) -> None:
    start()
    job_id = port.enqueue("leak")

    record = port.ends_as(JobState.DEAD, job_id)

    assert record.dead_reason is DeadReason.PERMANENT_ERROR
    assert record.error is not None
    assert record.error.message == "the hull is rotten"
    until(lambda: port.dead_letters().get(job_id) == "rejected")
    until(lambda: port.waiting(DEAD_NOTES) == 0)


def test_a_job_past_its_hard_time_limit_is_dead_and_not_run_again(
    port: Harbour, start: Start
) -> None:
    start()
    job_id = port.enqueue("", task="harbour.hurry", soft_time_limit=0.2, time_limit=0.5)

    record = port.ends_as(JobState.DEAD, job_id)

    assert record.dead_reason is DeadReason.TIME_LIMIT
    until(lambda: port.dead_letters().get(job_id) == "rejected")
    until(lambda: port.waiting(DEAD_NOTES) == 0)
    assert port.record(job_id).deliveries == 1


def test_a_task_that_nobody_knows_is_a_dead_letter(port: Harbour, start: Start) -> None:
    start()
    job_id = port.enqueue("", task="harbour.unheard")

    record = port.ends_as(JobState.DEAD, job_id)

    assert record.dead_reason is DeadReason.UNKNOWN_TASK
    until(lambda: port.dead_letters().get(job_id) == "rejected")


def test_a_retry_waits_in_rabbitmq_and_its_story_is_told(port: Harbour, start: Start) -> None:
    start()
    job_id = port.enqueue("tide")
    waiting = port.ends_as(JobState.RETRYING, job_id)

    record = port.ends_as(JobState.SUCCEEDED, job_id)

    assert waiting.due_at is not None
    assert (record.attempts, record.deliveries) == (2, 2)
    assert port.outcomes(job_id) == ["retried"]
    assert port.lines() == ["tide 1 1", "tide 2 2"]


def test_a_job_that_is_discarded_ends_and_its_message_with_it(port: Harbour, start: Start) -> None:
    start()
    job_id = port.enqueue("drift")

    port.ends_as(JobState.SUCCEEDED, job_id)

    until(lambda: port.waiting(port.queue) == 0)
    assert job_id not in port.dead_letters()


def test_a_job_that_came_too_late_has_expired(port: Harbour, start: Start) -> None:
    job_id = port.enqueue("sail", expires_in_seconds=0.01)
    start()

    record = port.ends_as(JobState.EXPIRED, job_id)

    assert record.dead_reason is DeadReason.EXPIRED
    assert port.lines() == []


def test_a_replaced_job_goes_on_under_its_id(port: Harbour, start: Start) -> None:
    start()
    job_id = port.enqueue("", task="harbour.swap")

    record = port.ends_as(JobState.SUCCEEDED, job_id)

    assert record.interruptions == 0
    assert port.store.run(jobs.result(job_id)).value == f"{job_id} swapped"


def test_a_worker_whose_question_rabbitmq_never_answers_connects_anew(
    port: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARBOUR_ANSWER_SECONDS", "2")
    with Front(port.server.port, unanswered=BASIC_CONSUME) as front:
        port.broker_url = f"amqp://guest:guest@127.0.0.1:{front.port}//"
        worker = port.worker()
        try:
            worker.start().wait_until_ready(60)
            port.ends_as(JobState.SUCCEEDED, port.enqueue("sail"))
        finally:
            worker.kill()
    assert "TimeoutError" in worker.log.read_text()


def test_a_worker_that_was_cut_off_is_refused_when_it_comes_back(
    port: Harbour, start: Start
) -> None:
    sleeper = start("sleeper")
    job_id = port.enqueue("moor")
    until(lambda: port.lines() == ["moor 1 1"])
    sleeper.freeze()
    port.close_connections()
    start("awake")
    until(lambda: port.lines() == ["moor 1 1", "moor 1 2"])
    sleeper.thaw()
    port.release()

    record = port.ends_as(JobState.SUCCEEDED, job_id)

    until(lambda: "refused: its lease was lost (delivery 1)" in sleeper.lines())
    assert record.worker is not None
    assert record.worker.startswith("awake@")
