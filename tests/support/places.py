"""Where a job is, found by looking at every key rather than by asking the store."""

from __future__ import annotations

import json
from typing import Any

import redis

MINE = ("longshore:bell:", "longshore:attempts:")


def snapshot(client: redis.Redis) -> dict[str, Any]:
    """Return every key with its whole value, to compare before and after."""
    return {name: _value(client, name) for name in _names(client)}


def places(client: redis.Redis, job_id: str) -> list[str]:
    """Return the places of a job; the promise is that there is exactly one."""
    record = {
        key.decode(): value.decode()
        for key, value in client.hgetall(f"longshore:job:{job_id}").items()
    }
    found = _ready(client, job_id, record) + _delayed(client, job_id)
    found += _claimed(client, job_id) + _dead(client, job_id)
    if record.get("state") in {"succeeded", "cancelled"}:
        found.append("terminal")
    return found


def _names(client: redis.Redis) -> list[str]:
    return sorted(name.decode() for name in client.keys("*"))


def _value(client: redis.Redis, name: str) -> Any:
    kind = client.type(name).decode()
    if kind == "hash":
        return client.hgetall(name)
    if kind == "list":
        return client.lrange(name, 0, -1)
    if kind == "zset":
        return client.zrange(name, 0, -1, withscores=True)
    if kind == "set":
        return client.smembers(name)
    if kind == "stream":
        return client.xrange(name)
    return client.get(name)


def _id_of(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["headers"]["id"])
    except (ValueError, KeyError, TypeError):
        return ""


def _lists(client: redis.Redis) -> list[str]:
    lists = [name for name in _names(client) if client.type(name) == b"list"]
    return [name for name in lists if not name.startswith(MINE)]


def _ready(client: redis.Redis, job_id: str, record: dict[str, str]) -> list[str]:
    # The message of a cancelled job stays on its list until it comes up, and is then dropped.
    if record.get("state") == "cancelled":
        return []
    return [
        f"ready {name}"
        for name in _lists(client)
        for raw in client.lrange(name, 0, -1)
        if _id_of(raw) == job_id
    ]


def _delayed(client: redis.Redis, job_id: str) -> list[str]:
    queues = [name for name in _names(client) if name.startswith("longshore:delayed:")]
    found = [f"delayed {name}" for name in queues if client.zscore(name, job_id) is not None]
    assert client.hexists("longshore:delayed-messages", job_id) == bool(found)
    return found


def _claimed(client: redis.Redis, job_id: str) -> list[str]:
    held = {
        tag: json.loads(value)
        for tag, value in client.hgetall("unacked").items()
        if _id_of(json.dumps(json.loads(value)[0]).encode()) == job_id
    }
    for tag, (_, _, queue) in held.items():
        assert client.zscore("unacked_index", tag) is not None
        assert client.zscore(f"longshore:leases:{queue}", tag) is not None
    return ["claimed" for _ in held]


def _dead(client: redis.Redis, job_id: str) -> list[str]:
    listed = client.zscore("longshore:dead", job_id) is not None
    assert client.hexists("longshore:dead-messages", job_id) == listed
    return ["dead"] if listed else []
