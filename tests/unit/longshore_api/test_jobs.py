from __future__ import annotations

import httpx
import pytest

from longshore.records import AttemptRecord, DeadReason, ErrorInfo, JobState, Outcome
from longshore.testing.fake_store import FakeStore

pytestmark = pytest.mark.anyio

JOBS = "/api/v1/jobs"


async def enqueue(client: httpx.AsyncClient, text: str = "hello") -> str:
    response = await client.post("/api/v1/tasks/system.echo/jobs", json={"text": text})
    job_id: str = response.json()["id"]
    return job_id


async def test_the_record_tells_the_attempts(client: httpx.AsyncClient, store: FakeStore) -> None:
    job_id = await enqueue(client)
    store.tell(
        job_id,
        AttemptRecord(
            attempt=1,
            delivery=2,
            worker="celery@one",
            started_at=1_795_253_400.0,
            ended_at=1_795_253_401.5,
            outcome=Outcome.RETRIED,
            error=ErrorInfo("StorageUnavailable", "storage: away"),
            retry_in_seconds=61.5,
        ),
    )
    told = (await client.get(f"{JOBS}/{job_id}")).json()["history"]
    assert told == [
        {
            "attempt": 1,
            "delivery": 2,
            "worker": "celery@one",
            "started_at": "2026-11-21T09:30:00Z",
            "ended_at": "2026-11-21T09:30:01.500000Z",
            "outcome": "retried",
            "error": {"type": "StorageUnavailable", "message": "storage: away"},
            "traceback": None,
            "retry_in_seconds": 61.5,
        }
    ]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "x"), ("GET", "x/result"), ("POST", "x/cancel")]
)
async def test_an_unknown_id_is_unknown(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, f"{JOBS}/{path}")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:longshore:problem:unknown-job"


async def test_a_result_that_is_not_there_yet_is_asked_for_again(
    client: httpx.AsyncClient,
) -> None:
    job_id = await enqueue(client)
    response = await client.get(f"{JOBS}/{job_id}/result")
    assert response.status_code == 202
    assert int(response.headers["Retry-After"]) >= 1
    assert response.json() == {"job_id": job_id, "state": "queued"}


@pytest.mark.parametrize("result", ["hello", None, {"n": [1, 2.5]}, False])
async def test_a_result_is_what_the_handler_returned(
    client: httpx.AsyncClient, store: FakeStore, result: object
) -> None:
    job_id = await enqueue(client)
    store.succeed(job_id, result)
    response = await client.get(f"{JOBS}/{job_id}/result")
    assert response.status_code == 200
    assert response.json() == {"job_id": job_id, "state": "succeeded", "result": result}


async def test_a_failed_job_has_a_problem_for_a_result(
    client: httpx.AsyncClient, store: FakeStore
) -> None:
    job_id = await enqueue(client)
    store.change(
        job_id,
        JobState.DEAD,
        error_type="InvalidPicture",
        error_message="not a picture",
        dead_reason=DeadReason.PERMANENT_ERROR,
    )
    response = await client.get(f"{JOBS}/{job_id}/result")
    problem = response.json()
    assert response.status_code == 409
    assert problem["type"] == "urn:longshore:problem:job-not-succeeded"
    assert problem["error"] == {"type": "InvalidPicture", "message": "not a picture"}
    assert (problem["state"], problem["dead_reason"]) == ("dead", "permanent_error")


async def test_a_cancelled_job_has_no_error_to_tell(client: httpx.AsyncClient) -> None:
    job_id = await enqueue(client)
    await client.post(f"{JOBS}/{job_id}/cancel")
    response = await client.get(f"{JOBS}/{job_id}/result")
    assert (response.status_code, response.json()["state"]) == (409, "cancelled")


async def test_a_waiting_job_is_cancelled_at_once_and_may_be_again(
    client: httpx.AsyncClient,
) -> None:
    job_id = await enqueue(client)
    for _ in range(2):
        response = await client.post(f"{JOBS}/{job_id}/cancel")
        assert (response.status_code, response.json()["state"]) == (200, "cancelled")


async def test_a_finished_job_stays_as_it_is(client: httpx.AsyncClient, store: FakeStore) -> None:
    job_id = await enqueue(client)
    store.succeed(job_id, "hello")
    response = await client.post(f"{JOBS}/{job_id}/cancel")
    assert response.json()["state"] == "succeeded"


async def test_jobs_are_listed_newest_first_page_by_page(client: httpx.AsyncClient) -> None:
    ids = [await enqueue(client, str(number)) for number in range(5)]
    listed, cursor = [], ""
    for _ in range(3):
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(JOBS, params=params)).json()
        listed += [job["id"] for job in page["jobs"]]
        cursor = page["cursor"]
    assert listed == ids[::-1]
    assert cursor is None


async def test_jobs_are_filtered(client: httpx.AsyncClient, store: FakeStore) -> None:
    first, second = await enqueue(client), await enqueue(client)
    store.succeed(first, "hello")
    waiting = await client.get(JOBS, params={"state": "queued", "task": "system.echo"})
    assert [job["id"] for job in waiting.json()["jobs"]] == [second]
    elsewhere = await client.get(JOBS, params={"queue": "low"})
    assert elsewhere.json() == {"jobs": [], "cursor": None}


@pytest.mark.parametrize(
    "params", [{"state": "pending"}, {"limit": "0"}, {"limit": "201"}, {"cursor": "+"}, {"q": "x"}]
)
async def test_a_filter_that_means_nothing_is_refused(
    client: httpx.AsyncClient, params: dict[str, str]
) -> None:
    response = await client.get(JOBS, params=params)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == next(iter(params))
