"""Where jobs are, found by looking at the keys that both arms write rather than by asking."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from longshore.prove.work import QUEUE, TASKS
from longshore.testing.server import ValkeyServer


def job_id(envelope: str | bytes) -> str:
    """The job that a message in kombu's envelope is for; empty of another kind of message."""
    return str(json.loads(envelope).get("headers", {}).get("id") or "")


def waiting(server: ValkeyServer, queues: Iterable[str] = (QUEUE,)) -> set[str]:
    """The jobs on the queues' lists."""
    with server.client() as client:
        return {job_id(raw) for queue in queues for raw in client.lrange(queue, 0, -1)}


def claimed(server: ValkeyServer) -> set[str]:
    """The jobs in kombu's ``unacked`` hash, whatever their owner."""
    with server.client() as client:
        values = client.hvals("unacked")
    return {str(json.loads(value)[0]["headers"]["id"]) for value in values}


def claimed_by(server: ValkeyServer, member: str) -> set[str]:
    """Longshore only: the claimed jobs whose record names this worker."""
    jobs = list(claimed(server))
    with server.client() as client, client.pipeline(transaction=False) as pipeline:
        for job in jobs:
            pipeline.hget(f"longshore:job:{job}", "worker")
        owners = pipeline.execute()
    return {job for job, owner in zip(jobs, owners, strict=True) if owner == member.encode()}


def backlog(server: ValkeyServer) -> int:
    """How many jobs wait in line."""
    with server.client() as client:
        return int(client.llen(QUEUE))


def busy(server: ValkeyServer) -> int:
    """How many jobs wait, are claimed or delayed."""
    with server.client() as client:
        waiting_now, claimed_now = client.llen(QUEUE), client.hlen("unacked")
        delayed = client.zcard(f"longshore:delayed:{QUEUE}")
    return int(waiting_now) + int(claimed_now) + int(delayed)


def refused(server: ValkeyServer) -> int:
    """Longshore only: how many outcomes of stale owners were refused."""
    with server.client() as client:
        counts = [client.hget(f"longshore:task:{task}", "refused") for task in TASKS]
    return sum(int(number or 0) for number in counts)


def counted_twice(server: ValkeyServer, jobs: Iterable[str]) -> int:
    """Longshore only: how many of these jobs have more than one attempt in their record."""
    with server.client() as client, client.pipeline(transaction=False) as pipeline:
        for job in jobs:
            pipeline.hget(f"longshore:job:{job}", "attempts")
        counts = pipeline.execute()
    return sum(int(number or 0) > 1 for number in counts)


def dead(server: ValkeyServer) -> set[str]:
    """Longshore only: the jobs among the dead letters."""
    with server.client() as client:
        jobs: Any = client.zrange("longshore:dead", 0, -1)
    return {job.decode() for job in jobs}
