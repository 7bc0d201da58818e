"""The engine's own enqueue, as an asyncio service calls it; its workers run ``celery_app``."""

from __future__ import annotations

from itertools import islice, repeat

from bench.environment import longshore_url
from longshore.envelope import NewJob
from longshore.errors import BrokerError
from longshore.ids import new_id
from longshore.store import AsyncStore, Enqueuer, Store, run_in_turn
from longshore.store.jobs import enqueue_all

AT_ONCE = 250
store = AsyncStore.from_url(longshore_url())
enqueuer = Enqueuer(store)


def new_job(task: str, argument: float) -> NewJob:
    """A job of the bench's Celery app."""
    return NewJob(
        task=f"bench.apps.celery_app.{task}",
        id=new_id(),
        args=(argument,),
        kwargs={},
        queue="celery",
    )


async def enqueue(task: str, argument: float) -> None:
    """One job: record, idempotency check, place and bell; callers at one time share a call."""
    await enqueuer.enqueue(new_job(task, argument))


def enqueue_many(task: str, argument: float, count: int) -> None:
    """So many in each call, of which two are under way."""
    fresh = (new_job(task, argument) for _ in repeat(None, count))
    batches = iter(lambda: list(islice(fresh, AT_ONCE)), [])
    with Store.from_url(longshore_url()) as own:
        for outcome in run_in_turn(own, map(enqueue_all, batches)):
            if isinstance(outcome, BrokerError):
                raise outcome


async def stop() -> None:
    """Close the connections."""
    await store.aclose()
