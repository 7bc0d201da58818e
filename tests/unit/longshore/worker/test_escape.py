"""What comes out of a tracer is an outcome, but for what is meant to end the process."""

from __future__ import annotations

import asyncio

import pytest
from billiard import common
from celery import Celery
from celery.exceptions import WorkerShutdown, WorkerTerminate
from celery.worker import state

from longshore.errors import HandlerExit
from longshore.worker.escape import GuardedTracer, as_exception, ends_process


class Timeout(BaseException):
    """As gevent raises it in a job whose time limit has passed."""


Timeout.__module__ = "gevent.timeout"


@pytest.mark.parametrize(
    "error",
    [
        SystemExit(3),
        KeyboardInterrupt(),
        GeneratorExit(),
        asyncio.CancelledError(),
        WorkerShutdown(0),
        WorkerTerminate(1),
        MemoryError(),
    ],
)
def test_what_a_handler_raises_ends_no_process(error):
    assert not ends_process(error)


def test_a_child_that_was_told_to_end_does(monkeypatch):
    monkeypatch.setattr(common, "_should_have_exited", [True])
    assert ends_process(SystemExit(-241))


def test_a_worker_that_is_to_stop_does(monkeypatch):
    monkeypatch.setattr(state, "should_stop", 0)
    assert ends_process(WorkerShutdown(0))


def test_a_greenlet_that_is_ended_does():
    assert ends_process(Timeout())


def test_what_is_no_exception_is_told_by_one():
    error = as_exception(SystemExit(3))
    assert isinstance(error, HandlerExit)
    assert str(error) == "SystemExit: 3"
    assert as_exception(kept := ValueError()) is kept


def test_a_guarded_tracer_returns_the_failure():
    app = Celery("app", backend="cache+memory://", set_as_current=False)
    failures = []

    @app.task(shared=False, on_failure=lambda *args: failures.append(args[1]))
    def task():
        """Never runs."""

    def tracer(*_args):
        raise SystemExit(3)

    info, failed, *_ = GuardedTracer(task, tracer)("job-1", (), {}, {"id": "job-1"})
    assert failed
    assert str(info.exception.exc) == "SystemExit: 3"
    assert [str(error) for error in failures] == ["SystemExit: 3"]
