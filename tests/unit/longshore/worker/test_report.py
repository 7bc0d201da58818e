"""What a prefork child tells in the pool's message, and what it settles itself."""

from __future__ import annotations

import json

import pytest
import structlog
from celery import Celery, Task, signals
from celery.app.trace import build_tracer

from longshore import current
from longshore.backend import LongshoreBackend
from longshore.jobs.log_context import follow_attempts
from longshore.outcome import HOLDER
from longshore.records import JobState
from longshore.worker.pool.tracing import RECEIVERS
from longshore.worker.report import LONGEST, Report, report_from

CLAIM = {
    "job_id": "job-1", "tag": "tag", "queue": "q", "token": "token", "attempt": 1, "delivery": 1,
}  # fmt: skip


class Hooked(Task):
    def on_success(self, retval, task_id, args, kwargs):
        """Has something to do."""


class Backend(LongshoreBackend):
    """Notes what the child would send to the broker."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.sent = []

    def _run_patiently(self, call):
        self.sent.append(list(call.argv(self.settings)))
        return True


@pytest.fixture(autouse=True)
def _as_a_child_is(monkeypatch):
    """No receivers but those that a test connects, and no sink after it."""
    monkeypatch.setattr(HOLDER, "sink", None)
    before = [(listed, list(listed)) for listed in RECEIVERS]
    for listed, _ in before:
        listed.clear()
    yield
    for listed, receivers in before:
        listed[:] = receivers


@pytest.fixture
def ended():
    """How a handler's attempt ends in a child: what is reported, and what was sent before."""
    url = "longshore://127.0.0.1:1/0"
    app = Celery("child", broker=url, backend=url, set_as_current=False)

    def run(handler, headers=None, **options):
        def work():
            return handler()

        task = app.task(work, name="t", shared=False, **options)
        task.backend = Backend(app=app, url=url)
        task.__trace__ = build_tracer("t", task, app.loader, "host", app=app)
        report_from(app)
        request = {"id": "job-1", "task": "t", "longshore": CLAIM, "retries": 0, **(headers or {})}
        result, failed, _, told = task.__trace__("job-1", (), {}, request)
        return told if not failed else result.exception, task.backend.sent

    yield run
    app.close()


def test_a_success_is_reported_with_its_document_and_sent_nowhere(ended):
    told, sent = ended(lambda: [1, 2])
    assert isinstance(told, Report)
    assert told.shown == "[1, 2]"
    assert json.loads(told.meta)["result"] == [1, 2]
    assert sent == []


def test_an_ignored_result_is_reported_without_a_document(ended):
    told, sent = ended(lambda: None, ignore_result=True)
    assert (told, sent) == (Report("None", b""), [])


def test_a_failure_is_settled_by_the_child(ended):
    def handler():
        raise KeyError("missing")

    _, (settled,) = ended(handler)
    assert JobState.DEAD in settled


def test_a_long_document_is_settled_by_the_child(ended):
    told, (settled,) = ended(lambda: "x" * LONGEST)
    assert not isinstance(told, Report)
    assert JobState.SUCCEEDED in settled


def test_a_task_with_hooks_is_settled_by_the_child(ended):
    told, (settled,) = ended(lambda: 1, base=Hooked)
    assert told == "1"
    assert JobState.SUCCEEDED in settled


def test_the_log_context_of_an_attempt_keeps_no_success_from_being_reported(ended):
    follow_attempts()
    told, sent = ended(lambda: structlog.contextvars.get_contextvars()["job_id"])
    assert json.loads(told.meta)["result"] == "job-1"
    assert sent == []
    assert structlog.contextvars.get_contextvars() == {}


def test_a_users_receiver_may_look_at_the_outcome(ended):
    def receiver(**_):
        """Listens."""

    signals.task_postrun.connect(receiver, weak=False)
    told, (settled,) = ended(lambda: 1)
    assert told == "1"
    assert JobState.SUCCEEDED in settled


def test_a_handler_works_for_its_claim(ended):
    told, _ = ended(lambda: current.claim.get().token)
    assert json.loads(told.meta)["result"] == "token"
    assert current.claim.get() is None


def test_a_job_without_a_claim_ends_as_in_celery(ended, monkeypatch):
    monkeypatch.setattr(Backend, "store_result", lambda *_, **__: None)
    told, sent = ended(lambda: 1, {"longshore": None})
    assert (told, sent) == ("1", [])
