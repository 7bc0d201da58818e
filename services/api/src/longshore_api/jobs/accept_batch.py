"""Accept many jobs in one step, each once per idempotency key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from longshore.envelope import Post, encode
from longshore.store import Enqueuer
from longshore.store.jobs import Enqueued, post_all
from longshore_api.jobs.new import new_job
from longshore_api.jobs.wishes import Wishes
from longshore_api.schemas.batch import BatchedJob, BatchItem, BatchOutcome, BatchView

#: Between two looks at other requests: a few milliseconds of work.
AT_A_STRETCH = 100


async def accept_batch(
    enqueuer: Enqueuer, items: Sequence[BatchItem[Any]], wishes: Wishes, key: str | None
) -> BatchView:
    """Enqueue all jobs in one script call, and tell what became of each.

    ``key`` names the whole batch: it gives a key to each job that has none of its own.

    Raises:
        BrokerUnavailable: the broker does not answer; repeating with the same keys is safe.
    """
    posts: list[Post] = []
    for start in range(0, len(items), AT_A_STRETCH):
        stretch = enumerate(items[start : start + AT_A_STRETCH], start)
        posts += [
            encode(new_job(item.fields, wishes, _key(item, key, index))) for index, item in stretch
        ]
        await asyncio.sleep(0)
    answers = await enqueuer.store.run(post_all(posts))
    pairs = zip(posts, answers, strict=True)
    return BatchView(jobs=[_told(post, enqueued) for post, enqueued in pairs])


def _key(item: BatchItem[Any], key: str | None, index: int) -> str | None:
    return item.idempotency_key or (None if key is None else f"{key}#{index}")


def _told(post: Post, enqueued: Enqueued) -> BatchedJob:
    if enqueued.created:
        return BatchedJob(id=post.job_id, outcome=BatchOutcome.CREATED)
    same = enqueued.fingerprint in {None, post.fingerprint}
    outcome = BatchOutcome.EXISTING if same else BatchOutcome.CONFLICT
    return BatchedJob(id=post.job_id, outcome=outcome)
