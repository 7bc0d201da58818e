from __future__ import annotations

import httpx
import pytest

from longshore.errors import BrokerUnavailable
from longshore.records import JobState
from longshore.testing.fake_store import FakeStore
from longshore_api.access.admission import EVERY_SECONDS, Admission
from longshore_api.app import create_app
from longshore_api.errors import QueueFull
from longshore_api.settings import ApiSettings

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
SUM = {"a": 1, "b": 2}


@pytest.fixture
def settings(settings: ApiSettings) -> ApiSettings:
    return settings.model_copy(update={"auth": "off", "max_waiting_jobs": 3})


async def test_a_full_queue_is_told_with_when_to_come_again(client: httpx.AsyncClient) -> None:
    answers = [await client.post(ADD, json=SUM) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 503]
    assert answers[3].headers["Retry-After"] == "5"
    assert answers[3].json()["type"] == "urn:longshore:problem:queue-full"
    assert answers[3].json()["queue"] == "high"


async def test_another_queue_goes_on(client: httpx.AsyncClient) -> None:
    for _ in range(4):
        await client.post(ADD, json=SUM)
    answer = await client.post("/api/v1/tasks/system.echo/jobs", json={"text": "x"})
    assert answer.status_code == 202


async def test_delayed_jobs_wait_as_well(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await client.post(f"{ADD}?delay_seconds=3600", json=SUM)
    assert (await client.post(ADD, json=SUM)).status_code == 503


async def test_a_batch_is_taken_whole_or_not_at_all(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    batch = {"jobs": [{"fields": SUM}] * 4}
    assert (await client.post(f"{ADD}/batch", json=batch)).status_code == 503
    assert store.messages == []
    batch = {"jobs": [{"fields": SUM}] * 3}
    assert (await client.post(f"{ADD}/batch", json=batch)).status_code == 202


class Counting(FakeStore):
    looks = 0

    async def run(self, call):
        self.looks += call.script.name == "queues"
        return await super().run(call)


async def test_the_broker_is_asked_now_and_then_and_what_was_done_makes_room() -> None:
    store, now = Counting(), [0.0]
    admission = Admission(store, 2, lambda: now[0])
    app = create_app(ApiSettings(auth="off"), store=store)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        posted = [(await client.post(ADD, json=SUM)).json()["id"] for _ in range(2)]
    for _ in range(5):
        with pytest.raises(QueueFull):
            await admission.admit("high")
    assert store.looks == 1
    store.change(posted[0], JobState.SUCCEEDED)
    now[0] += EVERY_SECONDS
    await admission.admit("high")
    assert store.looks == 2
    await app.state.resources.aclose()


async def test_a_broker_that_does_not_answer_leaves_the_refusal_to_the_enqueue() -> None:
    store = FakeStore()
    store.error = BrokerUnavailable("gone")
    await Admission(store, 1).admit("high")
