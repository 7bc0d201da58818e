"""What Celery's worker asks of a request."""

from __future__ import annotations

import pytest
from celery import Celery
from kombu.message import Message

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
