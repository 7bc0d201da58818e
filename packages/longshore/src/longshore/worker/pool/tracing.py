"""Runs a handler as Celery's tracer does, without what does nothing for most tasks.

Celery's tracer (``celery.app.trace.build_tracer``) is right for every task; a task without hooks,
in a worker without a user's receivers of its signals, needs a third of it. What is not plain goes
to Celery's, and so does everything that follows an exception, in Celery's own functions.
"""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any

from celery import signals
from celery.app import trace as celery_trace
from celery.app.task import Context, Task, get_actual_ignore_result
from celery.app.trace import EncodeError, ExceptionInfo, TraceInfo, traceback_clear
from celery.exceptions import Ignore, Reject, Retry
from celery.loaders.base import BaseLoader
from celery.utils.saferepr import saferepr

from longshore.backend import LongshoreBackend

trace: Any = celery_trace
#: What ``celery.current_task`` looks at.
TASK_STACK: Any = trace._task_stack  # noqa: SLF001

#: (failed, what Celery's tracer returns, seconds)
Traced = tuple[int, Any, float | None]

RECEIVERS = (
    signals.task_prerun.receivers,
    signals.task_postrun.receivers,
    signals.task_success.receivers,
)
#: How the names begin under which Longshore connects receivers that look at the task alone.
OWN = "longshore.jobs."
HOOKS = ("before_start", "on_success", "after_return")


def is_plain(task: Any) -> bool:
    """Whether nothing but the handler itself has to run when this task succeeds."""
    return (
        _is_stock(task, Task, "__call__", *HOOKS)
        and _is_stock(task.app.loader, BaseLoader, "on_task_init", "on_process_cleanup")
        and _is_stock(task.backend, LongshoreBackend, "mark_as_done", "process_cleanup")
        and not task.track_started
        and not task.app.conf.worker_deduplicate_successful_tasks
    )


def _is_stock(one: object, base: type, *names: str) -> bool:
    return all(getattr(type(one), name, None) is getattr(base, name) for name in names)


def is_watched() -> bool:
    """Whether anybody but Longshore listens to how attempts begin and end."""
    return any(
        not (isinstance(name, str) and name.startswith(OWN))
        for receivers in RECEIVERS
        for (name, _sender), _receiver in receivers
    )


class Tracer:
    """Traces the tasks of one app in this process."""

    def __init__(self, app: Any) -> None:
        self._tasks = app.tasks
        self._plain: dict[str, bool] = {}
        self._tells = tells()

    def __call__(self, name: str, job_id: str, request: dict[str, Any], body: Any) -> Traced:
        """Runs one attempt; ``body`` is arguments, keyword arguments and embedded signatures."""
        args, kwargs, embed = body
        if is_watched() or is_followed(embed or {}) or not self._is_plain(name):
            traced: Traced = trace.fast_trace_task(name, job_id, request, body, None, None)
            return traced
        request.update(args=args, kwargs=kwargs, is_eager=False, **embed or {})
        attempt = Attempt(self._tasks[name], job_id, Context(request, called_directly=False))
        return attempt.run(self._tells)

    def _is_plain(self, name: str) -> bool:
        known = self._plain.get(name)
        if known is None:
            known = self._plain[name] = is_plain(self._tasks[name])
        return known


def tells() -> bool:
    """Whether this process logs how its jobs end."""
    return bool(trace.logger.isEnabledFor(logging.INFO))


def is_followed(embed: dict[str, Any]) -> bool:
    """Whether something is enqueued when the job succeeds."""
    return bool(embed.get("callbacks") or embed.get("chain") or embed.get("chord"))


class Attempt:
    """One attempt of a plain task; the methods follow the tracer's branches, in its order."""

    __slots__ = ("_context", "_job_id", "_task")

    def __init__(self, task: Any, job_id: str, context: Context) -> None:
        self._task, self._job_id, self._context = task, job_id, context

    def run(self, tells: bool, shows: bool = False) -> Traced:
        """The whole attempt. Celery's tracer raises the same two, and nothing else.

        ``tells``: a success is logged. ``shows``: its result is returned as text in any case.
        """
        try:
            return self._run(tells, shows)
        except (Reject, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001  what goes wrong beside a handler is reported
            return self._internal(error)

    def _run(self, tells: bool, shows: bool) -> Traced:
        task, context = self._task, self._context
        TASK_STACK.push(task)
        task.request_stack.push(context)
        try:
            self._send(signals.task_prerun)
            return self._ran(tells, shows)
        finally:
            try:
                self._send(signals.task_postrun)
            finally:
                TASK_STACK.pop()
                task.request_stack.pop()

    def _ran(self, tells: bool, shows: bool) -> Traced:
        task, began = self._task, monotonic()
        context: Any = self._context
        try:
            value = task.run(*context.args, **context.kwargs)
        except Exception as error:  # noqa: BLE001  whatever a handler raises is an outcome
            return self._raised(error)
        try:
            keep = not get_actual_ignore_result(task, context)
            task.backend.mark_as_done(self._job_id, value, context, keep)
        except EncodeError as error:
            return self._raised(error)
        seconds = monotonic() - began
        shown = self._shown(value) if tells or shows else None
        if tells:
            self._tell(shown, seconds)
        return 0, shown, seconds

    def _send(self, signal: Any) -> None:
        """Tell Longshore's own receivers."""
        if signal.receivers:
            signal.send(sender=self._task, task_id=self._job_id, task=self._task)

    def _raised(self, error: Exception) -> Traced:
        """While the error is being handled: Celery's functions look at what is in flight."""
        if isinstance(error, Reject | Ignore):
            rejected = isinstance(error, Reject)
            info = TraceInfo(trace.REJECTED if rejected else trace.IGNORED, error)
            result = ExceptionInfo(internal=True)
            (info.handle_reject if rejected else info.handle_ignore)(self._task, self._context)
        else:
            final = not isinstance(error, Retry)
            info = TraceInfo(trace.FAILURE if final else trace.RETRY, error)
            result = info.handle_error_state(self._task, self._context, call_errbacks=final)
        traceback_clear(error)
        return 1, result, None

    def _internal(self, error: Exception) -> Traced:
        context = self._context
        trace._signal_internal_error(  # noqa: SLF001
            self._task, self._job_id, context.args, context.kwargs, vars(context), error
        )
        result = trace.report_internal_error(self._task, error)
        TraceInfo(trace.FAILURE, error).handle_error_state(self._task, context)
        return 1, result, None

    def _shown(self, value: object) -> str:
        return "None" if value is None else str(saferepr(value, self._task.resultrepr_maxsize))

    def _tell(self, shown: str | None, seconds: float) -> None:
        context = self._context
        fields = {
            "id": self._job_id,
            "name": trace.get_task_name(context, self._task.name),
            "return_value": shown,
            "runtime": seconds,
            "args": context.get("argsrepr") or saferepr(context.args),
            "kwargs": context.get("kwargsrepr") or saferepr(context.kwargs),
        }
        trace.info(trace.LOG_SUCCESS, fields)
