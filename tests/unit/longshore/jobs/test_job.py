from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import Field, ValidationError

from longshore.envelope import idempotent_id
from longshore.errors import InvalidJob, SettingsError, UnknownTask
from longshore.jobs import Job, JobSpec, Roll, fingerprint, to_new_job


class Paint(Job, task="fence.paint", queue="normal", summary="Paint a fence."):
    colour: str
    coats: int = Field(default=1, ge=1)


class Colourful(Job):
    colour: str


class Spray(Colourful, task="fence.spray", queue="low", time_limit_seconds=120):
    pass


def test_the_class_keeps_what_is_true_of_every_job() -> None:
    assert Paint.spec == JobSpec(task="fence.paint", queue="normal", summary="Paint a fence.")
    assert Spray.spec.time_limit_seconds == 120


def test_a_job_is_a_frozen_value_and_takes_no_unknown_field() -> None:
    job = Paint(colour="red")
    with pytest.raises(ValidationError):
        job.colour = "blue"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Paint(colour="red", coat=2)  # type: ignore[call-arg]


def test_wrong_fields_are_named_and_their_values_are_not_repeated() -> None:
    with pytest.raises(InvalidJob) as caught:
        Paint.from_fields({"colour": ["s3cret"], "coats": 0})
    assert "fence.paint: colour: " in str(caught.value)
    assert "coats: " in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"task": "Paint"}, "dotted"),
        ({"queue": ""}, "queue"),
        ({"max_deliveries": 0}, "max_deliveries"),
        ({"soft_time_limit_seconds": 90, "time_limit_seconds": 90}, "soft time limit"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(facts: dict[str, object], rule: str) -> None:
    with pytest.raises(SettingsError, match=rule):
        JobSpec(**{"task": "a.b", "queue": "normal", **facts})  # type: ignore[arg-type]


def test_a_new_job_carries_spec_fields_and_request() -> None:
    new = to_new_job(Paint(colour="red"), request_id="r-1", priority=3, expires_in_seconds=9)
    assert (new.task, new.queue, new.kwargs) == (
        "fence.paint",
        "normal",
        {"colour": "red", "coats": 1},
    )
    assert (new.priority, new.expires_in_seconds) == (3, 9)
    assert (new.soft_time_limit, new.time_limit) == (60, 90)
    assert new.headers == {"request_id": "r-1"}
    assert not new.unique


def test_an_idempotency_key_fixes_the_id_and_asks_for_one_job_only() -> None:
    new = to_new_job(Paint(colour="red"), idempotency_key="k")
    assert new.unique
    assert new.id == idempotent_id("fence.paint", "k")


def test_a_moment_to_run_at_is_told_in_seconds_since_the_epoch() -> None:
    new = to_new_job(Paint(colour="red"), run_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert new.due_at == datetime(2026, 1, 1, tzinfo=UTC).timestamp()


def test_two_new_jobs_without_a_key_are_two() -> None:
    assert to_new_job(Paint(colour="red")).id != to_new_job(Paint(colour="red")).id


def test_a_fingerprint_follows_the_fields_and_not_their_order() -> None:
    assert fingerprint("a.b", {"x": 1, "y": 2}) == fingerprint("a.b", {"y": 2, "x": 1})
    assert fingerprint("a.b", {"x": 1}) != fingerprint("a.b", {"x": 2})
    assert fingerprint("a.b", {"x": 1}) != fingerprint("a.c", {"x": 1})


def test_a_roll_finds_jobs_by_task_and_knows_no_other() -> None:
    roll = Roll([Paint, Spray])
    assert roll["fence.paint"] is Paint
    assert list(roll) == [Paint, Spray]
    assert len(roll) == 2
    assert "fence.spray" in roll
    with pytest.raises(UnknownTask, match=r"fence\.burn"):
        roll["fence.burn"]


def test_a_roll_refuses_a_task_twice_and_a_class_without_one() -> None:
    with pytest.raises(SettingsError, match="two job classes"):
        Roll([Paint, Paint])
    with pytest.raises(SettingsError, match="Colourful has no task"):
        Roll([Colourful])


class Blast(Job, task="rock.blast", queue="normal", max_deliveries=1):
    pass


def test_a_job_that_must_not_be_begun_twice_says_so_to_the_store() -> None:
    assert to_new_job(Blast()).headers == {"longshore_max_deliveries": 1}
    assert to_new_job(Paint(colour="red")).headers == {}
