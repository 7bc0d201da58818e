"""Makes ``longshore://`` known to kombu; imported by kombu's own plug-in loader.

kombu loads the entry points of the group ``kombu.serializers`` while it is imported, before any
broker URL is resolved. The module stays light: the transport itself is imported when used.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from celery.concurrency import ALIASES as POOL_ALIASES
from kombu.transport import TRANSPORT_ALIASES

from longshore import relative_times

TRANSPORT_ALIASES["longshore"] = "longshore.install:Transport"
TRANSPORT_ALIASES["longshores"] = "longshore.install:TLSTransport"

# ``celery worker -P longshore`` and ``-P longshore-threads``
POOL_ALIASES["longshore"] = "longshore.worker.pool:TaskPool"
POOL_ALIASES["longshore-threads"] = "longshore.worker.pool:ThreadPool"

relative_times.follow()

#: What the entry point hands to kombu: compact JSON under a content type of its own.
SERIALIZER: tuple[Callable[..., str], Callable[..., object], str, str] = (
    json.dumps,
    json.loads,
    "application/x-longshore+json",
    "utf-8",
)
