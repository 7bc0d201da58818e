"""What the api keeps open between requests."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request
from sqlalchemy import Engine

from longshore.jobs import Roll
from longshore.store import Enqueuer
from longshore_api.access.admission import Admission
from longshore_api.access.door import Door
from longshore_api.gate import Gate, JobStore
from longshore_api.metrics import HttpMetrics
from longshore_api.settings import ApiSettings
from longshore_tasks.broker import open_async_store
from longshore_tasks.database import create_engine
from longshore_tasks.storage import Storage, open_storage

PROBE_THREADS = 2


class Resources:
    """Store, database and storage, each made when it is first used; closed with the app."""

    def __init__(self, settings: ApiSettings, roll: Roll, store: JobStore | None = None) -> None:
        self.settings, self.roll = settings, roll
        self.metrics = HttpMetrics()
        self.guarded = settings.auth == "required"
        self._store = store

    @property
    def store(self) -> JobStore:
        """The jobs; it belongs to the event loop that first runs a call."""
        if self._store is None:
            self._store = _open_store(self.settings, self.metrics)
        return self._store

    @cached_property
    def enqueuer(self) -> Enqueuer:
        """The way in for jobs: requests that arrive together share one call."""
        return Enqueuer(self.store, observer=self.metrics.enqueue)

    @cached_property
    def engine(self) -> Engine:
        """The database's connections; they block, so they are used in threads only."""
        return create_engine(self.settings.database_url)

    @cached_property
    def door(self) -> Door:
        """Who calls; asked while authentication is on."""
        return Door(self.settings, self.engine)

    @cached_property
    def admission(self) -> Admission | None:
        """Whether a queue takes another job; ``None``: there is no cap."""
        most = self.settings.max_waiting_jobs
        return None if most is None else Admission(self.store, most)

    @cached_property
    def storage(self) -> Storage:
        """The files; they block as well."""
        return open_storage(self.settings)

    @cached_property
    def probe_threads(self) -> CapacityLimiter:
        """A database that hangs keeps a thread for each probe: these, and none of the uploads'."""
        return CapacityLimiter(PROBE_THREADS)

    def open(self) -> None:
        """Make what takes long to make, while nobody is served.

        The first use of the database loads its driver; within a request that would hold up the
        event loop, and with it every other answer.
        """
        _ = self.engine

    async def aclose(self) -> None:
        """Close what was opened."""
        if self._store is not None:
            await self._store.aclose()
        if "engine" in self.__dict__:
            self.engine.dispose()


def _open_store(settings: ApiSettings, metrics: HttpMetrics) -> JobStore:
    own = settings.store_settings()
    store = open_async_store(settings, own)
    metrics.enqueue.watch(store.breaker)
    # Later than the store gives up by itself, which opens its breaker; early enough to say so.
    limit_seconds = (own.answer_seconds + own.deadline_seconds) / 2
    return Gate(store, settings.broker_connections, limit_seconds)


async def _resources(request: Request) -> Resources:
    resources: Resources = request.app.state.resources
    return resources


Provided = Annotated[Resources, Depends(_resources)]
"""The annotation of an endpoint's parameter that receives the app's resources."""
