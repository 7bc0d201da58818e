"""How an endpoint is written into the trail."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from fastapi import Depends, Request

from longshore.current import request_id
from longshore_api.access.caller import caller_of
from longshore_api.audit.action import Action
from longshore_api.audit.trail import Act, AuditEntry, recorded
from longshore_api.resources import Provided


class Audited:
    """A dependency that writes its endpoint's call down, from before it until after.

    The target is what the path names; the query goes into the details, and so does what the
    endpoint notes. FastAPI runs it in a thread.
    """

    def __init__(self, action: Action) -> None:
        self.action = action

    def __call__(self, request: Request, resources: Provided) -> Generator[AuditEntry]:
        """Yield the entry that the endpoint may add to."""
        caller = caller_of(request.scope)
        target = " ".join(map(str, request.path_params.values())) or request.url.path
        act = Act(caller.name, caller.credential, self.action, target, request_id.get())
        entry = AuditEntry({"query": dict(request.query_params)} if request.query_params else {})
        with recorded(resources.engine, act, entry):
            yield entry


def audited(action: Action) -> Any:
    """Return what makes an endpoint audited.

    Either among its route's ``dependencies``, or, to note more, as the annotation of a parameter:
    ``entry: Annotated[AuditEntry, audited(Action.REPLAY)]``.
    """
    return Depends(Audited(action))
