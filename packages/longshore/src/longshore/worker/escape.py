"""What comes out of Celery's tracer itself becomes the outcome of its attempt.

The tracer makes an outcome of each ``Exception`` of a handler. Through it come what is none
(``SystemExit``, ``GeneratorExit``, ``asyncio.CancelledError``) and what a hook raises while it is
told of a failure. Either would end a process of a pool, with the jobs that run beside this one.
"""

from __future__ import annotations

from typing import Any

from billiard import common as billiard_common
from billiard.einfo import ExceptionInfo
from celery import states
from celery.app import trace as celery_trace
from celery.app.task import Context
from celery.exceptions import Ignore, Reject, Retry, WorkerShutdown, WorkerTerminate
from celery.utils.log import get_logger
from celery.worker import state as worker_state

from longshore.errors import HandlerExit
from longshore.outcome import claim_of, text_of

logger = get_logger(__name__)

#: By what these raise in a running job they end it: GreenletExit, and the Timeout of a time limit.
GREENLETS = {"greenlet", "gevent", "eventlet"}


def ends_process(error: BaseException) -> bool:
    """Whether the error is how this process, or the greenlet of the job, is made to end."""
    if isinstance(error, (WorkerShutdown, WorkerTerminate)):
        return worker_state.should_stop is not None or worker_state.should_terminate is not None
    if isinstance(error, SystemExit):
        # Set by the handler that billiard gives a child for SIGTERM.
        return bool(getattr(billiard_common, "_should_have_exited", [False])[0])
    if isinstance(error, Exception):
        return False
    return type(error).__module__.partition(".")[0] in GREENLETS


def as_exception(error: BaseException) -> Exception:
    """Return the error, or an ``Exception`` in place of what is none."""
    if isinstance(error, Exception):
        return error
    return HandlerExit(type(error).__name__, text_of(error)).with_traceback(error.__traceback__)


def outcome_of_escape(task: Any, request: Context, error: BaseException) -> ExceptionInfo:
    """Record the failure, unless the attempt has its outcome already, and return its error.

    Never raises: a hook that fails once more is logged.
    """
    shown, held = as_exception(error), claim_of(request)
    settled = held is not None and getattr(task.backend, "has_settled", _never)(held)
    if settled or isinstance(error, (Reject, Retry, Ignore)):
        logger.error("a hook of job %s raised", request.id, exc_info=error)
    else:
        _fail(task, request, shown)
    return ExceptionInfo((type(shown), shown, error.__traceback__))


def _never(_held: object) -> bool:
    return False


def _fail(task: Any, request: Context, error: Exception) -> None:
    trace: Any = celery_trace
    trace._task_stack.push(task)  # noqa: SLF001
    task.request_stack.push(request)
    try:
        trace.TraceInfo(states.FAILURE, error).handle_error_state(task, request)
    except BaseException:  # a hook's; the process goes on
        logger.exception("a hook of job %s raised", request.id)
    finally:
        trace._task_stack.pop()  # noqa: SLF001
        task.request_stack.pop()


def tell_waiting(backend: Any, job_id: str, error: Exception) -> None:
    """Write the failure of a job that no tracer saw, for whoever waits for its result."""
    try:
        backend.mark_as_failure(job_id, error)
    except Exception:
        logger.exception("the result of job %s is not written", job_id)


class GuardedTracer:
    """In place of a task's own tracer where Celery runs it in the worker's process."""

    def __init__(self, task: Any, tracer: Any) -> None:
        self._task, self._tracer = task, tracer

    def __call__(self, job_id: str, args: Any, kwargs: Any, request: Any = None) -> Any:
        """Run one attempt as Celery's tracer does; raise only what ends the process."""
        try:
            return self._tracer(job_id, args, kwargs, request)
        except BaseException as error:
            if ends_process(error):
                raise
            context = Context(request or {}, args=args, kwargs=kwargs, called_directly=False)
            return outcome_of_escape(self._task, context, error), True, None, None
