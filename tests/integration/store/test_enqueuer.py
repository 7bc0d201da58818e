"""Enqueues that arrive together."""

from __future__ import annotations

import asyncio

import pytest

from longshore.envelope import NewJob
from longshore.errors import BrokerUnavailable
from longshore.store import AsyncStore, Enqueuer, Store, StoreSettings, queues
from longshore.testing.server import ValkeyServer


def new_job(number):
    return NewJob(task="t", id=f"job-{number}", kwargs={"n": number}, queue="q")


def test_a_burst_shares_calls_and_each_caller_gets_its_own_answer(valkey):
    async def burst():
        async with AsyncStore.from_url(valkey.url) as store:
            enqueuer = Enqueuer(store)
            answers = await asyncio.gather(*(enqueuer.enqueue(new_job(n)) for n in range(250)))
            return enqueuer.calls, answers

    calls, answers = asyncio.run(burst())

    assert [answer.job_id for answer in answers] == [f"job-{n}" for n in range(250)]
    assert all(answer.created for answer in answers)
    assert calls == 3
    with Store.from_url(valkey.url) as store:
        (status,) = store.run(queues.all_status())
    assert status.waiting == 250


def test_a_lone_enqueue_goes_out_at_once(valkey):
    async def alone():
        async with AsyncStore.from_url(valkey.url) as store:
            enqueuer = Enqueuer(store)
            first = await enqueuer.enqueue(new_job(1))
            again = await enqueuer.enqueue(new_job(1))
            return first.created, again.created, enqueuer.calls

    assert asyncio.run(alone()) == (True, False, 2)


def test_every_caller_hears_of_a_broker_that_is_away():
    async def burst():
        url = f"longshore://127.0.0.1:{ValkeyServer().port}/0"
        async with AsyncStore.from_url(url, StoreSettings(deadline_seconds=0.3)) as store:
            enqueuer = Enqueuer(store)
            jobs = (enqueuer.enqueue(new_job(n)) for n in range(5))
            return await asyncio.gather(*jobs, return_exceptions=True)

    outcomes = asyncio.run(burst())

    assert len(outcomes) == 5
    assert all(isinstance(outcome, BrokerUnavailable) for outcome in outcomes)


def test_a_caller_that_gave_up_does_not_disturb_the_others(valkey):
    async def give_up():
        async with AsyncStore.from_url(valkey.url) as store:
            enqueuer = Enqueuer(store)
            leaving = asyncio.create_task(enqueuer.enqueue(new_job(1)))
            staying = asyncio.create_task(enqueuer.enqueue(new_job(2)))
            await asyncio.sleep(0)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            return await staying

    assert asyncio.run(give_up()).created
