"""What Celery's worker asks of a request."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery import Celery
from celery.concurrency.base import BasePool
from celery.worker.request import create_request_cls
from kombu.message import Message

from longshore.current import Claim
from longshore.records import JobState
from longshore.store.claims import Settlement
from longshore.transport.book import BOOK
from longshore.worker.report import Report
from longshore.worker.request import LongshoreRequest

ETA = "2126-01-01T00:00:00+00:00"


@pytest.fixture
def task():
    app = Celery("shop", broker="memory://", set_as_current=False)

    @app.task(name="shop.rest", shared=False)
    def rest():
        pass

    yield app.tasks["shop.rest"]
    app.close()


def request_of(task, **headers):
    headers = {"id": "1", "task": task.name, "eta": ETA, **headers}
    message = Message(headers=headers, delivery_tag="tag", properties={"delivery_info": {}})
    return LongshoreRequest(message, app=task.app, task=task, body=([], {}, {}), decoded=True)


def test_a_claimed_job_is_not_held_for_a_delay_that_the_store_has_served(task):
    request = request_of(task, longshore={"job_id": "1"})
    assert request.eta is None
    assert request.request_dict["eta"] == ETA


def test_without_a_claim_the_worker_holds_the_job(task):
    assert request_of(task).eta.isoformat() == ETA


@pytest.fixture
def reported(task):
    """What becomes of a claim in the book when the pool reports an outcome for its delivery."""

    def report(backend, outcome=(0, "None", 0.1), **headers):
        BOOK.add(Claim("1", "tag", "q", "me#1", 1, 1), store=None)
        task.backend = backend
        task.acks_late = True
        kind = create_request_cls(LongshoreRequest, task, BasePool(), "host", None, app=task.app)
        message = Message(headers={}, delivery_tag="tag", properties={"delivery_info": {}})
        told = {"id": "1", "task": task.name, **headers}
        acknowledged = []
        request = kind(
            message, app=task.app, task=task, body=([], {}, {}), decoded=True, headers=told,
            on_ack=lambda *_: acknowledged.append(BOOK.take("tag")),
        )  # fmt: skip
        request.on_success(outcome)
        return acknowledged

    yield report
    BOOK.take("tag")


CLAIMED = {"longshore": {"job_id": "1"}}


def test_a_success_that_the_handlers_process_settled_is_not_settled_again(reported):
    assert reported(SimpleNamespace(settles=True), **CLAIMED) == [None]


def test_a_success_that_a_child_reported_is_settled_here_by_its_document(reported):
    outcome = (0, Report("None", "document"), 0.1)
    (entry,) = reported(SimpleNamespace(settles=True), outcome, **CLAIMED)
    assert entry.settlement == Settlement(JobState.SUCCEEDED, "document")


@pytest.mark.parametrize(
    ("backend", "headers"), [(SimpleNamespace(), CLAIMED), (SimpleNamespace(settles=True), {})]
)
def test_what_nobody_has_settled_is_settled_when_it_is_acknowledged(reported, backend, headers):
    (entry,) = reported(backend, **headers)
    assert entry.claim.tag == "tag"


def test_a_success_that_celery_only_remembers_is_settled_when_it_is_acknowledged(reported, task):
    task.app.conf.worker_deduplicate_successful_tasks = True
    (entry,) = reported(SimpleNamespace(settles=True), **CLAIMED)
    assert entry.claim.tag == "tag"
