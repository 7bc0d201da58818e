"""Marks, in the process that runs a handler, which claim and request it works for."""

from __future__ import annotations

from typing import Any

from celery import signals

from longshore import current
from longshore.outcome import claim_of
from longshore.store.suspects import is_suspect
from longshore.tracing.holder import TRACING
from longshore.worker.suspects import broker_store, note_begin


class working_for:  # noqa: N801  used as a function; a class costs half of a generator
    """Within it, what is enqueued under the job's own id is a retry of this claim.

    ``request`` is Celery's, as an object or as the mapping that it is made of.
    """

    __slots__ = ("_claim", "_claim_token", "_request", "_request_token", "_span")

    def __init__(self, held: current.Claim | None, request: Any) -> None:
        self._claim, self._request = held, request

    def __enter__(self) -> None:
        request = self._request
        self._claim_token = current.claim.set(self._claim)
        self._request_token = current.request_id.set(request.get("request_id"))
        spans = TRACING.spans
        self._span = None if spans is None else spans.begin(self._claim, request)

    def __exit__(self, _kind: object, error: BaseException | None, _at: object) -> None:
        if self._span is not None:
            self._span.end(error)
        current.claim.reset(self._claim_token)
        current.request_id.reset(self._request_token)


UID = "longshore"
_WORK = "_longshore_work"


def connect_signals() -> None:
    """Marks the attempts of this process by Celery's signals, once."""
    signals.task_prerun.connect(on_task_prerun, weak=False, dispatch_uid=UID)
    signals.task_postrun.connect(on_task_postrun, weak=False, dispatch_uid=UID)


def disconnect_signals() -> None:
    """For a pool that marks its attempts itself, which costs a tenth of two signals."""
    signals.task_prerun.disconnect(dispatch_uid=UID)
    signals.task_postrun.disconnect(dispatch_uid=UID)


def on_task_prerun(task: Any, **_: Any) -> None:
    """Before a handler, on pools of Celery's."""
    request = task.request
    held = claim_of(request)
    if held is not None and is_suspect(held):
        note_begin(held, broker_store(task))
    work = working_for(held, request)
    work.__enter__()
    setattr(request, _WORK, work)


def on_task_postrun(task: Any, **_: Any) -> None:
    """After a handler, whatever became of it."""
    work: working_for | None = getattr(task.request, _WORK, None)
    if work is not None:
        work.__exit__(None, None, None)
        delattr(task.request, _WORK)
