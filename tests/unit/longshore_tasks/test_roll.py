"""Adding a task is three edits; these tests name the one that was forgotten."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import longshore_tasks.jobs
from longshore.jobs import Job
from longshore.jobs.secret_fields import secret_fields
from longshore_tasks.files import FILE_ID_PATTERN
from longshore_tasks.handlers.roll import HANDLERS
from longshore_tasks.queues import Queue
from longshore_tasks.retries import TRANSIENT_ERRORS
from longshore_tasks.roll import ROLL
from longshore_tasks.schedule import DEAD_LETTER_ALERTS, ENTRIES

HANDLED = {handler.job for handler in HANDLERS}


def declared() -> set[type[Job]]:
    """All job classes in the package, found by importing it."""
    for module in pkgutil.iter_modules(longshore_tasks.jobs.__path__, "longshore_tasks.jobs."):
        importlib.import_module(module.name)
    return {job for job in Job.__subclasses__() if job.__module__.startswith("longshore_tasks.")}


def names(jobs: set[type[Job]]) -> list[str]:
    return sorted(job.__name__ for job in jobs)


def test_every_job_that_names_files_says_which_it_reads() -> None:
    naming = [job for job in ROLL if FILE_ID_PATTERN in str(job.model_json_schema())]
    assert naming
    assert [job.__name__ for job in naming if not hasattr(job, "file_ids")] == []


def test_every_job_class_has_its_line_in_the_roll() -> None:
    assert names(declared() - set(ROLL)) == []


def test_every_job_of_the_roll_has_its_handler() -> None:
    assert names(set(ROLL) - HANDLED) == []


def test_every_handler_does_a_job_of_the_roll_and_no_two_the_same() -> None:
    assert names(HANDLED - set(ROLL)) == []
    assert len(HANDLED) == len(HANDLERS)


@pytest.mark.parametrize("job", ROLL, ids=lambda job: job.spec.task)
def test_every_job_waits_in_a_queue_of_the_set_and_says_what_it_does(job: type[Job]) -> None:
    assert job.spec.queue in set(Queue)
    assert job.spec.summary


@pytest.mark.parametrize("job", ROLL, ids=lambda job: job.spec.task)
def test_every_job_retries_named_transient_errors_only_and_at_most_five_times(
    job: type[Job],
) -> None:
    policy = job.spec.retry
    assert policy.max_retries <= 5
    if policy.max_retries:
        assert policy.retry_on == TRANSIENT_ERRORS
        assert policy.first_delay_seconds == 60


@pytest.mark.parametrize("job", ROLL, ids=lambda job: job.spec.task)
def test_every_job_describes_its_fields(job: type[Job]) -> None:
    schema = job.model_json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == set(job.model_fields)


@pytest.mark.parametrize("job", ROLL, ids=lambda job: job.spec.task)
def test_no_job_carries_a_secret(job: type[Job]) -> None:
    assert secret_fields(job) == []


def test_every_entry_of_the_schedule_enqueues_a_job_of_the_roll() -> None:
    scheduled = {
        type(entry.job) for entry in (*ENTRIES, DEAD_LETTER_ALERTS) if entry.job is not None
    }
    assert names(scheduled - set(ROLL)) == []
    assert all(entry.task in ROLL for entry in ENTRIES if entry.task)


def test_no_two_entries_of_the_schedule_have_one_name() -> None:
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)
