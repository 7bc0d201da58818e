"""Batches: jobs accepted together, counted by how they ended, and a callback after the last one.

A batch is told of an end by the script that ends the job, in the same step. A job that belongs to
no batch costs one more field of a read that is made anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from longshore.envelope import Post
from longshore.errors import UnknownBatch
from longshore.store.call import Argument, Call, fields
from longshore.store.jobs import Enqueued, post_all
from longshore.store.scripts import load, load_with_enqueue


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """How far a batch is. Times are seconds since the epoch by the broker's clock.

    ``open`` members have not ended yet. A dead letter has ended: when it is replayed, its count
    moves as the replay ends. ``callback``: the id of the job that is enqueued after the last end.
    """

    id: str
    size: int
    open: int
    succeeded: int
    dead: int
    cancelled: int
    expired: int
    created_at: float
    ended_at: float | None
    callback: str | None
    client: str | None = None


def enqueue_batch(
    batch_id: str, messages: Sequence[Post], callback: Post | None = None
) -> Call[list[Enqueued]]:
    """Accepts jobs, up to 1,000, and the batch whose members they are, in one step.

    What its id stood for already is no member. A batch that is known keeps its members, so that the
    call may be repeated. The callback is enqueued with the end of the last member, once; it has no
    delay and does not expire.

    Raises:
        ValueError: there are more.
    """
    inner = post_all(messages)
    members: tuple[Argument, ...] = (len(messages), *(one.job_id for one in messages))
    return Call(
        load_with_enqueue("batch_enqueue"),
        lambda settings: (
            batch_id,
            settings.record_ttl_seconds,
            *_callback(callback),
            *members,
            *inner.argv(settings),
        ),
        inner.read,
        accepts=True,
    )


def _callback(post: Post | None) -> tuple[Argument, ...]:
    if post is None:
        return ("",) * 8
    return (
        *(post.job_id, post.raw, post.task, post.queue, post.list, post.priority, post.tag),
        post.fingerprint or "",
    )


def get_batch(batch_id: str) -> Call[BatchRecord]:
    """How far a batch is; it is kept as long as a record, from its end on.

    Raises:
        UnknownBatch: there is none under this id.
    """

    def read(answer: Sequence[bytes]) -> BatchRecord:
        if not answer:
            raise UnknownBatch(batch_id)
        words = fields(answer)
        counts = ("size", "open", "succeeded", "dead", "cancelled", "expired")
        return BatchRecord(
            id=batch_id,
            created_at=float(words["created_at"]),
            ended_at=float(words["ended_at"]) if "ended_at" in words else None,
            callback=words.get("callback"),
            client=words.get("client"),
            **{name: int(words.get(name, "0")) for name in counts},
        )

    return Call(load("batch"), lambda _: (batch_id,), read)
