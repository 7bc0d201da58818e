"""A list shows every record that can be read, whoever wrote it and whatever stands in it."""

from __future__ import annotations

import httpx
import pytest

from longshore.records import JobState
from longshore.testing.fake_store import FakeStore

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"


async def enqueue(client: httpx.AsyncClient) -> str:
    return str((await client.post(ADD, json={"a": 1, "b": 2})).json()["id"])


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("253402387139.0", "9999-12-31T23:59:59Z"),
        ("inf", "9999-12-31T23:59:59Z"),
        ("-1e300", "0001-01-01T00:00:00Z"),
        ("nan", None),
        ("tomorrow", None),
    ],
)
async def test_a_time_outside_of_the_calendar_is_shown_as_its_end(
    client: httpx.AsyncClient, store: FakeStore, number: str, shown: str | None
) -> None:
    job_id = await enqueue(client)
    store.change(job_id, JobState.SCHEDULED, due_at=number)
    (listed,) = (await client.get("/api/v1/jobs")).json()["jobs"]
    alone = (await client.get(f"/api/v1/jobs/{job_id}")).json()
    assert (listed["due_at"], alone["due_at"]) == (shown, shown)


@pytest.mark.parametrize(
    "wrong",
    [{"deliveries": "many"}, {"progress": "{"}, {"progress": "[]"}, {"dead_reason": "bored"}],
)
async def test_a_field_that_cannot_be_read_reads_as_not_set(
    client: httpx.AsyncClient, store: FakeStore, wrong: dict[str, str]
) -> None:
    job_id = await enqueue(client)
    store.change(job_id, JobState.DEAD, **wrong)
    (listed,) = (await client.get("/api/v1/jobs")).json()["jobs"]
    assert (listed["deliveries"], listed["progress"], listed["dead_reason"]) == (0, None, None)


async def test_a_record_without_a_state_that_is_known_is_left_out(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    sound, odd = await enqueue(client), await enqueue(client)
    store.change(odd, JobState.QUEUED)
    store.tamper(odd, state="floating")
    listed = (await client.get("/api/v1/jobs")).json()["jobs"]
    assert [job["id"] for job in listed] == [sound]
