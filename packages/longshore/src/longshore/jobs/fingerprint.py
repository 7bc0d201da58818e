"""The identity of what a job asks for, whatever its id."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pydantic import JsonValue

from longshore.plain_json import json_encoder

_canonical = json_encoder(sort_keys=True, separators=(",", ":"))


def fingerprint(task: str, fields: Mapping[str, JsonValue]) -> str:
    """Return the sha256 of task and fields as canonical JSON (sorted keys, no spaces).

    Two enqueues under one idempotency key are the same request when this is equal.
    """
    return hashlib.sha256(_canonical([task, fields]).encode()).hexdigest()
