"""The first publish of a process opens, declares and enqueues: each step may get no answer."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from celery import Celery

from longshore.errors import BrokerUnavailable
from longshore.records import JobState
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer
from support.front import Front

DEADLINE_SECONDS = 2.0


@pytest.fixture(params=[b"PING", b"INFO", b"CLIENT", b"LLEN", b"EVALSHA"])
def proxy(valkey: ValkeyServer, request: pytest.FixtureRequest) -> Generator[Front]:
    """Keeps the reply to the first command of this name from the client."""
    with Front(valkey.port, unanswered=request.param) as proxy:
        yield proxy


def test_a_lost_reply_is_an_error_of_ours_and_the_next_publish_succeeds(proxy, valkey):
    url = f"longshore://127.0.0.1:{proxy.port}/0"
    app = Celery("shop", broker=url, set_as_current=False)
    app.conf.broker_transport_options = {
        "deadline_seconds": DEADLINE_SECONDS,
        "breaker_seconds": 0.0,
    }
    with pytest.raises(BrokerUnavailable, match=r"did not answer|cannot be reached"):
        app.send_task("shop.add", (1, 2))
    job = app.send_task("shop.add", (1, 2))
    with Store.from_url(valkey.url) as store:
        assert store.run(jobs.get(job.id)).state is JobState.QUEUED
    app.close()
