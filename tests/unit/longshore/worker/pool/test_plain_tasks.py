"""Which tasks skip Celery's tracer, and that their result document is Celery's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import structlog
from celery import Celery, Task, signals, states
from celery.app import trace as celery_trace
from celery.app.task import Context
from celery.result import AsyncResult

from longshore.jobs.log_context import follow_attempts
from longshore.outcome import HOLDER
from longshore.records import JobState
from longshore.result_document import success
from longshore.worker.pool.tracing import RECEIVERS, Tracer, is_plain

CLAIM = {
    "job_id": "job-1", "tag": "tag", "queue": "q", "token": "token", "attempt": 1, "delivery": 1,
}  # fmt: skip


class Hooked(Task):
    def on_success(self, retval, task_id, args, kwargs):
        """Has something to do."""


class Called(Task):
    def __call__(self, *args, **kwargs):
        return self.run(*args, **kwargs)


class Sink:
    def __init__(self):
        self.outcomes = []

    def add(self, claim, settlement):
        self.outcomes.append((claim, settlement))
        return True


@pytest.fixture(autouse=True)
def _only_own_receivers():
    """A process that has loaded the worker's side, or bound a handler, has receivers connected."""
    before = [(listed, list(listed)) for listed in RECEIVERS]
    for listed, _ in before:
        listed.clear()
    yield
    for listed, receivers in before:
        listed[:] = receivers


@pytest.fixture
def app():
    url = "longshore://127.0.0.1:1/0"
    return Celery("plain", broker=url, backend=url, set_as_current=False)


@pytest.fixture
def sink(monkeypatch):
    sink = Sink()
    monkeypatch.setattr(HOLDER, "sink", sink)
    return sink


def request():
    return {"id": "job-1", "task": "t", "longshore": CLAIM, "retries": 0, "argsrepr": "()"}


def nothing():
    """Does nothing."""


def trace(app, body):
    return Tracer(app)("t", "job-1", request(), body)


@pytest.fixture
def to_celery(monkeypatch):
    """What was handed to Celery's tracer."""
    names = []
    monkeypatch.setattr(
        celery_trace, "fast_trace_task", lambda name, *_: (0, names.append(name), 0.0)
    )
    return names


def test_a_task_with_hooks_of_its_own_is_not_plain(app):
    kinds = {
        "plain": {},
        "hooked": {"base": Hooked},
        "called": {"base": Called},
        "tracked": {"track_started": True},
    }
    for name, options in kinds.items():
        app.task(nothing, name=name, shared=False, **options)
    assert [name for name in kinds if is_plain(app.tasks[name])] == ["plain"]


def test_a_plain_task_sees_its_request_and_settles(app, sink):
    @app.task(bind=True, name="t", shared=False)
    def handler(self, a, b):
        return [self.request.id, self.request.args, self.request.called_directly, a + b]

    failed, _, seconds = trace(app, ([1], {"b": 2}, None))
    assert failed == 0
    assert seconds is not None
    ((claim, settlement),) = sink.outcomes
    assert (claim.token, settlement.state) == ("token", JobState.SUCCEEDED)
    assert json.loads(settlement.meta)["result"] == ["job-1", [1], False, 3]
    assert handler.request_stack.top is None


def test_an_error_ends_a_plain_task_as_it_ends_any(app, sink):
    @app.task(name="t", shared=False)
    def handler():
        raise KeyError("missing")

    failed, info, _ = trace(app, ([], {}, None))
    assert failed == 1
    assert isinstance(info.exception, KeyError)
    ((_, settlement),) = sink.outcomes
    assert (settlement.state, settlement.error.type) == (JobState.DEAD, "KeyError")
    assert handler.request_stack.top is None


def test_a_result_that_cannot_be_written_is_a_failure(app, sink):
    @app.task(name="t", shared=False)
    def handler():
        return object()

    failed, _, _ = trace(app, ([], {}, None))
    assert failed == 1
    assert [settlement.state for _, settlement in sink.outcomes] == [JobState.DEAD]


@pytest.mark.parametrize("follower", ["callbacks", "chain", "chord"])
def test_what_is_followed_goes_to_celerys_tracer(app, to_celery, follower):
    app.task(nothing, name="t", shared=False)
    trace(app, ([], {}, {follower: [{"task": "t"}]}))
    assert to_celery == ["t"]


def test_a_receiver_of_signals_brings_celerys_tracer_back(app, sink, to_celery):
    def receiver(**_):
        """Listens."""

    app.task(nothing, name="t", shared=False)
    trace(app, ([], {}, None))
    assert to_celery == []
    signals.task_prerun.connect(receiver, weak=False)
    try:
        trace(app, ([], {}, None))
    finally:
        signals.task_prerun.disconnect(receiver)
    assert to_celery == ["t"]


@pytest.mark.parametrize("fails", [False, True])
def test_the_log_context_of_an_attempt_needs_no_tracer_of_celerys(app, sink, fails, monkeypatch):
    seen = []

    @app.task(name="t", shared=False)
    def handler():
        seen.append(structlog.contextvars.get_contextvars())
        return 1 / (0 if fails else 1)

    monkeypatch.setattr(celery_trace, "fast_trace_task", None)
    follow_attempts()
    trace(app, ([], {}, None))
    assert [(one["job_id"], one["task"]) for one in seen] == [("job-1", "t")]
    assert structlog.contextvars.get_contextvars() == {}
    assert handler.request_stack.top is None


@pytest.mark.parametrize("fields", [{}, {"group": "g"}, {"parent_id": "p", "group": "g"}])
def test_the_document_of_a_success_is_celerys(app, fields):
    context = Context({**request(), **fields})
    context.children.append(AsyncResult("child", app=app))
    value = {"text": "ä", "numbers": [1, 2.5, None, True]}
    now = datetime.now(UTC)
    written = json.loads(success(value, "job-1", context, now))
    expected = app.backend._get_result_meta(value, states.SUCCESS, None, context)
    expected = json.loads(json.dumps({**expected, "task_id": "job-1"}))
    expected["date_done"] = now.isoformat()
    assert written == expected
