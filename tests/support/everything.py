"""All that a server holds, as one text to search: every key, every value, encoded bodies too."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import redis


def everything(client: redis.Redis) -> str:
    """Return it; what is base64 in a message stands there a second time, decoded."""
    return "\n".join(_texts(client))


def _texts(client: redis.Redis) -> list[str]:
    found = []
    for key in client.scan_iter(count=1000):
        for raw in (key, *_values(client, key)):
            text = raw.decode("utf-8", "replace")
            found += [text, *_bodies(text)]
    return found


def _values(client: redis.Redis, key: bytes) -> list[bytes]:
    kind = client.type(key)
    if kind == b"string":
        return [client.get(key) or b""]
    if kind == b"hash":
        return [raw for pair in client.hgetall(key).items() for raw in pair]
    if kind == b"list":
        return client.lrange(key, 0, -1)
    if kind in {b"set", b"none"}:  # none: its last element was taken since the scan
        return list(client.smembers(key))
    if kind == b"zset":
        return client.zrange(key, 0, -1)
    if kind == b"stream":
        return [raw for _, row in client.xrange(key) for pair in row.items() for raw in pair]
    raise AssertionError(f"{key!r} is a {kind!r}, which nobody reads")


def _bodies(text: str) -> list[str]:
    """The bodies of the message within: bare, or the first of a claim's three parts."""
    document: Any = None
    with suppress(ValueError):
        document = json.loads(text)
    if isinstance(document, list) and document:
        document = document[0]
    if not isinstance(document, dict) or not isinstance(document.get("body"), str):
        return []
    with suppress(ValueError):
        return [base64.b64decode(document["body"]).decode("utf-8", "replace")]
    return []
