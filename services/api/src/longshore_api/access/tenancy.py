"""Whose jobs and files a caller may see, where clients share a set but not what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from longshore.errors import UnknownJob
from longshore.store import jobs
from longshore_api.access.caller import Caller
from longshore_api.access.permission import CallerOfRequest
from longshore_api.access.scope import Scope
from longshore_api.resources import Provided, Resources


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller sees: everything, or what is of one client."""

    client: str | None

    def sees(self, client: str | None) -> bool:
        """Whether what is of this client is seen."""
        return self.client is None or self.client == client


def sight(resources: Resources, caller: Caller, operator: Scope) -> Sight:
    """Return what a caller sees; with an operator's scope it is everything."""
    if resources.settings.tenancy == "off" or operator in caller.scopes:
        return Sight(None)
    # Nobody is called nothing, so that who was not recognised sees nothing.
    return Sight(caller.client or "")


async def _reading(resources: Provided, caller: CallerOfRequest) -> Sight:
    return sight(resources, caller, Scope.OPS_READ)


SightOfReader = Annotated[Sight, Depends(_reading)]
"""The annotation of a reading endpoint's parameter that receives what its caller sees."""


def own_job(operator: Scope) -> Any:
    """Return a dependency of endpoints about one job: another client's is unknown."""

    async def check(request: Request, resources: Provided, caller: CallerOfRequest) -> None:
        seen = sight(resources, caller, operator)
        if seen.client is None:
            return
        job_id = request.path_params["job_id"]
        if not seen.sees((await resources.store.run(jobs.get(job_id))).client):
            raise UnknownJob(job_id)

    return Depends(check)
