"""Marks, in the process that runs a handler, which claim and request it works for."""

from __future__ import annotations

from typing import Any

from longshore import current
from longshore.outcome import claim_of
from longshore.store.suspects import is_suspect
from longshore.worker.suspects import broker_store, note_begin


class working_for:  # noqa: N801  used as a function; a class costs half of a generator
    """Within it, what is enqueued under the job's own id is a retry of this claim."""

    __slots__ = ("_claim", "_claim_token", "_request_id", "_request_token")

    def __init__(self, held: current.Claim | None, request_id: str | None) -> None:
        self._claim, self._request_id = held, request_id

    def __enter__(self) -> None:
        self._claim_token = current.claim.set(self._claim)
        self._request_token = current.request_id.set(self._request_id)

    def __exit__(self, *_: object) -> None:
        current.claim.reset(self._claim_token)
        current.request_id.reset(self._request_token)


_WORK = "_longshore_work"


def on_task_prerun(task: Any, **_: Any) -> None:
    """Before a handler, on pools of Celery's."""
    request = task.request
    held = claim_of(request)
    if held is not None and is_suspect(held):
        note_begin(held, broker_store(task))
    work = working_for(held, getattr(request, "request_id", None))
    work.__enter__()
    setattr(request, _WORK, work)


def on_task_postrun(task: Any, **_: Any) -> None:
    """After a handler, whatever became of it."""
    work: working_for | None = getattr(task.request, _WORK, None)
    if work is not None:
        work.__exit__()
        delattr(task.request, _WORK)
