"""Where all jobs are, read in one go and checked against their records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import redis

from longshore.envelope import list_of

QUEUES = ("q", "r")
PRIORITIES = (0, 9)
PLACE_OF = {
    "queued": "ready",
    "running": "claimed",
    "scheduled": "delayed",
    "dead": "dead",
    "expired": "dead",
}


@dataclass(frozen=True)
class Whereabouts:
    """``found``: (job, place) for each place that a job was found in. ``states``: by job."""

    found: tuple[tuple[str, str], ...]
    states: dict[str, str]
    tags: frozenset[str]
    leases: frozenset[str]
    index: frozenset[str]
    stray: frozenset[str]

    @classmethod
    def of(cls, client: redis.Redis) -> Whereabouts:
        lists = [list_of(queue, step) for queue in QUEUES for step in PRIORITIES]
        with client.pipeline() as pipe:
            for name in lists:
                pipe.lrange(name, 0, -1)
            for queue in QUEUES:
                pipe.zrange(f"longshore:delayed:{queue}", 0, -1)
                pipe.zrange(f"longshore:leases:{queue}", 0, -1)
            pipe.hgetall("unacked").zrange("unacked_index", 0, -1)
            pipe.zrange("longshore:dead", 0, -1).hkeys("longshore:dead-messages")
            pipe.hkeys("longshore:delayed-messages").keys("longshore:job:*")
            answers = pipe.execute()
        ready = [raw for rows in answers[: len(lists)] for raw in rows]
        delayed = answers[len(lists)] + answers[len(lists) + 2]
        leases = answers[len(lists) + 1] + answers[len(lists) + 3]
        unacked, index, dead, dead_raw, delayed_raw, keys = answers[-6:]
        records = _records(client, keys)
        found = [
            *_ready(ready, records),
            *((_id(json.loads(value)[0]), "claimed") for value in unacked.values()),
            *((job.decode(), "delayed") for job in delayed),
            *((job.decode(), "dead") for job in dead),
        ]
        return cls(
            tuple(sorted(found)),
            {job: record["state"] for job, record in records.items()},
            frozenset(map(bytes.decode, unacked)),
            frozenset(map(bytes.decode, leases)),
            frozenset(map(bytes.decode, index)),
            frozenset(map(bytes.decode, {*dead} ^ {*dead_raw} | {*delayed} ^ {*delayed_raw})),
        )

    def check(self) -> None:
        """Exactly one place for each job, the one that its record tells of."""
        places = Counter(job for job, _ in self.found)
        assert all(times == 1 for times in places.values()), self.found
        assert self.tags == self.leases == self.index
        assert not self.stray
        for job, state in self.states.items():
            expected = PLACE_OF.get(state)
            actual = dict(self.found).get(job)
            if state == "retrying":
                assert actual in {"ready", "delayed"}, (job, state, self.found)
            else:
                assert actual == expected, (job, state, self.found)


def _records(client: redis.Redis, keys: list[bytes]) -> dict[str, dict[str, str]]:
    with client.pipeline() as pipe:
        for key in keys:
            pipe.hgetall(key)
        values = pipe.execute()
    return {
        key.decode().rpartition(":")[2]: {k.decode(): v.decode() for k, v in value.items()}
        for key, value in zip(keys, values, strict=True)
    }


def _id(message: Any) -> str:
    return str(message["headers"]["id"])


def _ready(raws: list[bytes], records: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    """What a claim would hand over: the message of a cancelled job is dropped when it comes up."""
    for raw in raws:
        try:
            message = json.loads(raw)
        except ValueError:
            continue
        record = records.get(_id(message), {})
        tag = message["properties"]["delivery_tag"]
        if tag not in record.get("tombstone", "") and record.get("state") != "cancelled":
            yield _id(message), "ready"
