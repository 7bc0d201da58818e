"""The trace that a job belongs to, by the header of W3C's Trace Context."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HEADER = "traceparent"
#: version, trace id, parent id, flags (https://www.w3.org/TR/trace-context/#traceparent-header)
TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def trace_of(headers: Mapping[str, Any]) -> str:
    """The trace's id, 32 hexadecimal digits; empty when there is none."""
    value = headers.get(HEADER)
    if value is None:
        return ""
    found = TRACEPARENT.match(value) if isinstance(value, str) else None
    return "" if found is None else found[1]
