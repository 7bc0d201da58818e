"""The release's broker: reached from here, taken away, brought back."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from longshore.store import Store, StoreSettings
from support.cluster import RELEASE, forwarded, get, kubectl

STATEFUL_SET = f"statefulset/{RELEASE}-valkey"


@contextmanager
def connected() -> Iterator[Store]:
    """A store at the broker, through a port of this machine."""
    secret = get("secret", f"{RELEASE}-valkey")["data"]["password"]
    password = base64.b64decode(secret).decode()
    with forwarded(f"service/{RELEASE}-valkey", 6379) as port:
        url = f"longshore://{RELEASE}:{password}@127.0.0.1:{port}/0"
        with Store.from_url(url, StoreSettings(lease_seconds=5, deadline_seconds=10)) as store:
            yield store


@contextmanager
def outage() -> Iterator[None]:
    """No broker, until the end of the block."""
    kubectl("scale", STATEFUL_SET, "--replicas=0")
    kubectl("wait", "--for=delete", f"pod/{RELEASE}-valkey-0", "--timeout=60s")
    try:
        yield
    finally:
        kubectl("scale", STATEFUL_SET, "--replicas=1")
        kubectl("rollout", "status", STATEFUL_SET, "--timeout=90s")
