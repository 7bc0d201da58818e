"""The engine's own enqueue, as an asyncio service calls it; its workers run ``celery_app``."""

from __future__ import annotations

import uuid
from itertools import islice, repeat

from bench.environment import longshore_url
from longshore.envelope import NewJob
from longshore.store import AsyncStore, Enqueuer
from longshore.store.jobs import enqueue_all

AT_ONCE = 1000
store = AsyncStore.from_url(longshore_url())
enqueuer = Enqueuer(store)


def new_job(task: str, argument: float) -> NewJob:
    """A job of the bench's Celery app."""
    return NewJob(
        task=f"bench.apps.celery_app.{task}",
        id=str(uuid.uuid4()),
        args=(argument,),
        kwargs={},
        queue="celery",
    )


async def enqueue(task: str, argument: float) -> None:
    """One job: record, idempotency check, place and bell; callers at one time share a call."""
    await enqueuer.enqueue(new_job(task, argument))


async def enqueue_many(task: str, argument: float, count: int) -> None:
    """A thousand jobs in each round trip."""
    fresh = (new_job(task, argument) for _ in repeat(None, count))
    while batch := list(islice(fresh, AT_ONCE)):
        await store.run(enqueue_all(batch))


async def stop() -> None:
    """Close the connections."""
    await store.aclose()
