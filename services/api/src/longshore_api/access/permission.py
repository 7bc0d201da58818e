"""Whether a caller may do what an endpoint does."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope as AsgiScope

from longshore.errors import UnknownTask
from longshore.jobs import Job
from longshore_api.access.caller import ANYBODY, Caller, caller_of
from longshore_api.access.scope import needed_by, needed_to_enqueue
from longshore_api.errors import Forbidden, Unauthenticated


def permit(scope: AsgiScope) -> None:
    """Let a request to a matched endpoint pass.

    Raises:
        Unauthenticated: nobody was recognised, and the path is not public.
        Forbidden: the caller lacks the right that the endpoint needs.
    """
    caller, needed = caller_of(scope), needed_by(scope["endpoint"])
    if needed in caller.scopes:
        return
    if caller is ANYBODY:
        if scope["path"] in scope["app"].state.resources.settings.public_paths:
            return
        raise Unauthenticated.missing()
    raise Forbidden(needed)


def permit_enqueue(caller: Caller, job: type[Job]) -> None:
    """Let a caller enqueue a job of this class, besides what the endpoint needs.

    Raises:
        UnknownTask: nobody enqueues it over HTTP.
        Forbidden: the caller lacks the right.
    """
    scope = needed_to_enqueue(job)
    if scope is None:
        raise UnknownTask(job.spec.task)
    if caller.client is not None and scope not in caller.scopes:
        raise Forbidden(scope)


async def _caller(request: Request) -> Caller:
    return caller_of(request.scope)


CallerOfRequest = Annotated[Caller, Depends(_caller)]
"""The annotation of an endpoint's parameter that receives who calls."""


async def permitted(request: Request) -> None:
    """Do the same as a dependency of an endpoint."""
    permit(request.scope)
