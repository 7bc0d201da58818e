"""At 80 columns and through a pipe every id and name is whole, whatever the command."""

from __future__ import annotations

from itertools import pairwise

import pytest

from longshore.envelope import NewJob, encode
from longshore.ids import new_id
from longshore.records import JobState
from longshore.store import jobs
from longshore.store.batches import enqueue_batch
from longshore.store.claims import Settlement, settle

TASK = "company.billing.invoices.tasks.generate_monthly_invoice_for_customer"
QUEUE = "billing-high-priority-europe-west"
ERROR = "OSError: the disk is full"
BATCH, CALLBACK = "0b6e3a52-94a5-4d0e-8b7d-2f7a1c9e4d10", "6f0c9f1e-3d0b-4c57-9a57-8e5b0d2a7c33"


@pytest.fixture(params=[80, None], ids=["80 columns", "pipe"])
def columns(request):
    return request.param


@pytest.fixture
def job(store, bury, take) -> str:
    """A dead letter; its queue also has a success, a job that runs and one that waits."""
    (dead,) = bury(task=TASK, queue=QUEUE)
    for _ in range(3):
        store.run(jobs.enqueue(NewJob(task=TASK, id=new_id(), kwargs={}, queue=QUEUE)))
    store.run(settle(take(QUEUE, 1)[0].claim, Settlement(JobState.SUCCEEDED)))
    take(QUEUE, 1)
    post, after = (
        encode(NewJob(task=TASK, id=job_id, kwargs={}, queue=QUEUE))
        for job_id in (new_id(), CALLBACK)
    )
    store.run(enqueue_batch(BATCH, [post], after))
    return dead


@pytest.mark.parametrize(
    ("command", "whole"),
    [
        ("jobs list", ("{job}", TASK, QUEUE, "w@host")),
        ("jobs show {job}", ("{job}", TASK, QUEUE, ERROR, "w@host")),
        ("dead-letters list", ("{job}", TASK, QUEUE, ERROR)),
        ("dead-letters show {job}", ("{job}", TASK, QUEUE, ERROR, "w@host")),
        ("dead-letters compare {job} --roll longshore_tasks.roll:ROLL", (TASK,)),
        ("queues", (QUEUE,)),
        ("workers --wait 0.1", ("w@host",)),
        ("stats", (TASK, QUEUE, "1 succeeded", "1 dead")),
        (f"batches show {BATCH}", (BATCH, CALLBACK)),
        ("health --wait 0.1", (QUEUE,)),
        ("held", ("w@host",)),
    ],
)
def test_what_a_person_copies_is_whole(longshore, job, columns, command, whole):
    code = {"health": 2, "dead-letters compare": 1}
    words = command.format(job=job).split()
    expected = code.get(words[0], code.get(" ".join(words[:2]), 0))
    shown = longshore(*words, columns=columns, code=expected).stdout
    assert "…" not in shown
    for text in whole:
        assert text.format(job=job) in shown


def test_each_job_is_one_line_through_a_pipe(longshore, job):
    lines = longshore("jobs", "list").stdout.splitlines()
    (line,) = [line for line in lines if job in line]
    assert TASK in line
    assert QUEUE in line


def test_each_job_is_a_block_at_80_columns(longshore, job):
    lines = longshore("jobs", "list", columns=80).stdout.splitlines()
    ((first, second),) = [pair for pair in pairwise(lines) if job in pair[0]]
    assert first.split() == ["job:", job]
    assert second.split() == ["task:", TASK]
