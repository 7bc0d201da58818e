"""Whether a caller may do what an endpoint does."""

from __future__ import annotations

from fastapi import Request
from starlette.types import Scope as AsgiScope

from longshore_api.access.caller import ANYBODY, caller_of
from longshore_api.access.scope import needed_by
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


async def permitted(request: Request) -> None:
    """Do the same as a dependency of an endpoint."""
    permit(request.scope)
