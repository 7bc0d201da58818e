"""Accept many jobs in one step, each once per idempotency key."""

from __future__ import annotations

import asyncio
from typing import Any

from longshore.current import request_id
from longshore.envelope import Post, encode, idempotent_id
from longshore.ids import new_id
from longshore.jobs import Roll, to_new_job
from longshore.store import Enqueuer
from longshore.store.batches import enqueue_batch
from longshore.store.jobs import Enqueued, post_all
from longshore.tracing.holder import batch as traced_batch
from longshore.tracing.holder import sent
from longshore_api.jobs.new import Order, new_job
from longshore_api.schemas.batch import Batch, BatchedJob, BatchItem, BatchOutcome, BatchView
from longshore_api.schemas.batch import Callback as Wanted

#: Between two looks at other requests: a few milliseconds of work.
AT_A_STRETCH = 100


async def accept_batch(
    enqueuer: Enqueuer, roll: Roll, batch: Batch[Any], order: Order
) -> BatchView:
    """Enqueue all jobs in one script call, and tell what became of each.

    The order's key names the whole batch: it gives a key to each job that has none of its own.

    Raises:
        UnknownTask, InvalidJob: of the callback.
        BrokerUnavailable: the broker does not answer; repeating with the same keys is safe.
    """
    spec = batch.jobs[0].fields.spec
    with traced_batch(spec.task, spec.queue, len(batch.jobs)):
        return await _accept(enqueuer, roll, batch, order)


async def _accept(enqueuer: Enqueuer, roll: Roll, batch: Batch[Any], order: Order) -> BatchView:
    items = batch.jobs
    batch_id = _batch_id(batch, order.named(order.key))
    after = _callback(roll, batch.callback, batch_id) if batch_id and batch.callback else None
    posts: list[Post] = []
    for start in range(0, len(items), AT_A_STRETCH):
        stretch = enumerate(items[start : start + AT_A_STRETCH], start)
        posts += [
            encode(new_job(item.fields, order, _key(item, order.key, index)))
            for index, item in stretch
        ]
        await asyncio.sleep(0)
    accepting = enqueue_batch(batch_id, posts, after) if batch_id else post_all(posts)
    with sent(posts if after is None else [*posts, after]):
        answers = await enqueuer.store.run(accepting)
    pairs = zip(posts, answers, strict=True)
    return BatchView(id=batch_id, jobs=[_told(post, enqueued) for post, enqueued in pairs])


def _batch_id(batch: Batch[Any], key: str | None) -> str | None:
    if not batch.tracked and batch.callback is None:
        return None
    task = batch.jobs[0].fields.spec.task
    return new_id() if key is None else idempotent_id(f"a batch of {task}", key)


def _callback(roll: Roll, wanted: Wanted, batch_id: str) -> Post:
    """Its id follows from that of the batch: it is one job, whoever asks for it again."""
    job = roll[wanted.task].from_fields(wanted.fields)
    return encode(to_new_job(job, idempotency_key=f"batch {batch_id}", request_id=request_id.get()))


def _key(item: BatchItem[Any], key: str | None, index: int) -> str | None:
    return item.idempotency_key or (None if key is None else f"{key}#{index}")


def _told(post: Post, enqueued: Enqueued) -> BatchedJob:
    if enqueued.created:
        return BatchedJob(id=post.job_id, outcome=BatchOutcome.CREATED)
    same = enqueued.fingerprint in {None, post.fingerprint}
    outcome = BatchOutcome.EXISTING if same else BatchOutcome.CONFLICT
    return BatchedJob(id=post.job_id, outcome=outcome)
