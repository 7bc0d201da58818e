"""The queues of a worker take turns: none waits until another is empty."""

from __future__ import annotations

import pytest

from longshore.envelope import NewJob
from longshore.ids import new_id
from longshore.store import jobs
from support.until import until

POOLS = ["longshore", "longshore-threads", "prefork", "threads", "solo"]
#: More than any pool claims at once.
MANY, FEW = 400, 10


def quiet(queue: str, number: int, priority: int = 0) -> NewJob:
    line = f"{queue} {number}"
    return NewJob(
        task="shop.quiet", id=new_id(), kwargs={}, queue=queue, args=(line,), priority=priority
    )


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("queues", ["a,b", "b,a"])
def test_few_jobs_of_one_queue_do_not_wait_for_the_many_of_another(
    shop, store, start, pool, queues
):
    store.run(jobs.enqueue_all([quiet("a", number) for number in range(MANY)]))
    store.run(jobs.enqueue_all([quiet("b", number) for number in range(FEW)]))
    start(pool=pool, queues=queues)
    until(lambda: len(shop.lines()) == MANY + FEW, 60)
    last = max(at for at, line in enumerate(shop.lines()) if line.startswith("b"))
    assert last < MANY


@pytest.mark.parametrize("pool", POOLS)
def test_a_lower_priority_comes_after_the_higher_of_every_queue(shop, store, start, pool):
    late = [quiet("a", number, priority=9) for number in range(FEW)]
    early = [quiet("b", number) for number in range(MANY)]
    store.run(jobs.enqueue_all(late + early))
    start(pool=pool, queues="a,b")
    until(lambda: len(shop.lines()) == MANY + FEW, 60)
    assert [line[0] for line in shop.lines()] == ["b"] * MANY + ["a"] * FEW
