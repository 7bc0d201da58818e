"""The identity of what a job asks for, whatever its id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pydantic import JsonValue


def fingerprint(task: str, fields: Mapping[str, JsonValue]) -> str:
    """Return the sha256 of task and fields as canonical JSON (sorted keys, no spaces).

    Two enqueues under one idempotency key are the same request when this is equal.
    """
    canonical = json.dumps([task, fields], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
