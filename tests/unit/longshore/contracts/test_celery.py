"""What the engine relies on in Celery 5.7; when Celery changes, these say where to look."""

from __future__ import annotations

from collections.abc import Generator
from unittest.mock import MagicMock

import celery
import pytest
from billiard.einfo import ExceptionInfo
from celery import Celery, signals
from celery._state import _set_task_join_will_block
from celery.bootsteps import RUN
from celery.exceptions import Reject
from celery.worker import WorkController
from celery.worker.request import Request

BACKEND = "cache+memory://"


@pytest.fixture
def app() -> Celery:
    app = Celery("app", broker="memory://", backend=BACKEND, set_as_current=False)
    app.task(name="nothing", acks_late=True, shared=False)(nothing)
    app.finalize(auto=True)
    return app


def nothing() -> None:
    return None


@pytest.fixture(autouse=True)
def no_worker() -> Generator[None]:
    """A worker forbids its process to wait for results; this one is no worker afterwards."""
    yield
    _set_task_join_will_block(False)


class OwnConsumer:
    """Stands where a worker's consumer stands."""

    def __init__(self, *args, **options):
        self.task_consumer = None


def test_worker_init_comes_before_the_workers_parts_are_made(app):
    seen = []

    def on_worker_init(sender, **_):
        seen.append((sender.blueprint, sender.pool))
        sender.consumer_cls = f"{__name__}:OwnConsumer"

    signals.worker_init.connect(on_worker_init, weak=False, dispatch_uid="contract")
    try:
        worker = WorkController(app=app, hostname="w@h", pool="prefork", concurrency=1)
    finally:
        signals.worker_init.disconnect(dispatch_uid="contract")
    assert seen == [(None, None)]
    assert isinstance(worker.consumer, OwnConsumer)
    assert worker.hostname == "w@h"


def test_the_pool_stops_before_the_worker_says_that_it_has_shut_down(app):
    worker = WorkController(app=app, hostname="w@h", pool="prefork", concurrency=1)
    steps = [type(step).__name__ for step in worker.blueprint.order]
    assert steps.index("Pool") < steps.index("Consumer")
    told = []
    worker._shutdown = lambda warm: told.append("parts stopped")
    signals.worker_shutdown.connect(
        lambda **_: told.append("worker_shutdown"), weak=False, dispatch_uid="contract"
    )
    try:
        worker.blueprint.state = RUN
        worker.stop()
    finally:
        signals.worker_shutdown.disconnect(dispatch_uid="contract")
    assert told == ["parts stopped", "worker_shutdown"]


class OwnRequest(Request):
    """A request class that a task names."""


def test_a_tasks_own_request_class_is_used(app):
    task = app.tasks["nothing"]
    task.Request = f"{__name__}:OwnRequest"
    consumer = MagicMock(hostname="w@h", event_dispatcher=None, disable_rate_limits=True)
    consumer.controller.state.revoked = set()
    handle = task.start_strategy(app, consumer)
    made = []
    consumer.on_task_request = made.append
    handle = task.start_strategy(app, consumer)
    handle(message_of("job-1"), None, MagicMock(), MagicMock(), [])
    (request,) = made
    assert isinstance(request, OwnRequest)
    assert request.message.delivery_tag == "tag-1"


def message_of(job_id):
    message = MagicMock(
        headers={"id": job_id, "task": "nothing", "retries": 0, "longshore": {"token": "me#1"}},
        body=b"[[], {}, {}]",
        content_type="application/json",
        content_encoding="utf-8",
        delivery_info={},
        properties={},
        delivery_tag="tag-1",
    )
    message.payload = [[], {}, {}]
    return message


@pytest.fixture
def request_(app):
    order = []
    task = app.tasks["nothing"]
    app.backend.mark_as_failure = lambda *a, **k: order.append("failure kept")
    request = Request(
        message_of("job-1"),
        app=app,
        task=task,
        on_ack=lambda *a: order.append("acknowledged"),
        on_reject=lambda *a: order.append(f"rejected requeue={a[-1]}"),
        connection_errors=(),
        hostname="w@h",
    )
    request.order = order
    return request


def failed_with(error):
    try:
        raise error
    except type(error):
        return ExceptionInfo()


def test_headers_of_the_message_are_attributes_of_the_tasks_request(request_):
    assert request_._context.longshore == {"token": "me#1"}


def test_a_failure_that_the_pool_reports_is_acknowledged(request_):
    request_.on_failure(failed_with(ValueError("torn")))
    assert "acknowledged" in request_.order


def test_a_rejected_job_has_its_failure_kept_before_it_is_rejected(request_):
    request_.on_failure(failed_with(Reject("no", requeue=False)))
    assert request_.order == ["failure kept", "rejected requeue=False"]


def test_a_job_rejected_for_another_time_has_not_failed(request_):
    request_.on_failure(failed_with(Reject("later", requeue=True)))
    assert request_.order == ["rejected requeue=True"]


def test_this_is_the_celery_that_was_read():
    assert celery.__version__.startswith("5.7.")
