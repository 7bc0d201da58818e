"""Marks, in the process that runs a handler, which claim and request it works for."""

from __future__ import annotations

from contextvars import Token
from typing import Any

from longshore import current
from longshore.outcome import claim_of

_TOKENS = "_longshore_tokens"

Tokens = tuple[Token[current.Claim | None], Token[str | None]]


def on_task_prerun(task: Any, **_: Any) -> None:
    """Before a handler: what it enqueues under its own id is a retry of this claim."""
    request = task.request
    tokens: Tokens = (
        current.claim.set(claim_of(request)),
        current.request_id.set(getattr(request, "request_id", None)),
    )
    setattr(request, _TOKENS, tokens)


def on_task_postrun(task: Any, **_: Any) -> None:
    """After a handler, whatever became of it."""
    tokens: Tokens | None = getattr(task.request, _TOKENS, None)
    if tokens is not None:
        current.claim.reset(tokens[0])
        current.request_id.reset(tokens[1])
        delattr(task.request, _TOKENS)
