"""kombu's ways of taking claims back by the clock of this machine do nothing."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import pytest
from kombu import Connection

from longshore.store import Store
from longshore.store.claims import Source, claim
from longshore.store.queues import all_status
from longshore.testing.server import ValkeyServer

OPTIONS = {"unacked_restore_throttle": 1, "visibility_timeout": 3600}


@pytest.fixture
def channel(valkey: ValkeyServer) -> Generator[Any]:
    with Connection(valkey.url, transport_options=OPTIONS) as connection:
        channel = connection.channel()
        channel.queue_declare("letters")
        channel.basic_consume("letters", False, lambda _: None, "consumer")
        yield channel


def test_a_worker_whose_clock_is_ahead_takes_no_claim_away(
    channel: Any, valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Connection(valkey.url) as other, Store.from_url(valkey.url) as store:
        other.SimpleQueue("letters").put("a letter")
        (held,) = store.run(claim([Source("letters", "letters")], owner="o", worker="w", limit=1))
        now = time.time
        monkeypatch.setattr("kombu.transport.redis.time", lambda: now() + 7200)
        channel.connection.cycle.maybe_restore_messages()
        channel.qos.restore_visible(interval=1)
        channel.qos.restore_by_tag(held.claim.tag)
        (status,) = store.run(all_status())
    assert (status.waiting, status.claimed) == (0, 1)
