from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from longshore_api.access.scope import Scope
from support.bearer import bearer

pytestmark = pytest.mark.anyio

ADD = "/api/v1/tasks/system.add/jobs"
AUDIT = "/api/v1/audit"


async def enqueued(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    answer = await client.post(ADD, json={"a": 1, "b": 2}, headers=headers)
    return str(answer.json()["id"])


async def test_a_cancel_is_found_by_who_asked_for_it_and_in_which_request(
    client: httpx.AsyncClient, make_key: Any
) -> None:
    made = make_key(Scope.JOBS_WRITE, client="ada")
    job_id = await enqueued(client, bearer(made))
    asked = {**bearer(made), "X-Request-ID": "request-7"}
    assert (await client.post(f"/api/v1/jobs/{job_id}/cancel", headers=asked)).status_code == 200
    reader = bearer(make_key(Scope.OPS_READ, client="auditor"))
    (entry,) = (await client.get(AUDIT, headers=reader)).json()["entries"]
    assert entry["actor"] == "ada"
    assert entry["credential"] == f"key:{made.id}"
    assert (entry["action"], entry["target"], entry["outcome"]) == ("cancel", job_id, "done")
    assert entry["request_id"] == "request-7"


async def test_a_cancel_that_failed_is_there_as_well(
    client: httpx.AsyncClient, make_key: Any
) -> None:
    headers = bearer(make_key())
    assert (await client.post("/api/v1/jobs/nowhere/cancel", headers=headers)).status_code == 404
    (entry,) = (await client.get(AUDIT, headers=headers)).json()["entries"]
    assert (entry["target"], entry["outcome"]) == ("nowhere", "UnknownJob")


async def test_who_may_not_cancel_leaves_no_line(client: httpx.AsyncClient, make_key: Any) -> None:
    refused = bearer(make_key(Scope.JOBS_READ))
    assert (await client.post("/api/v1/jobs/x/cancel", headers=refused)).status_code == 403
    answer = await client.get(AUDIT, headers=bearer(make_key()))
    assert answer.json() == {"entries": [], "cursor": None}


async def test_the_trail_is_read_by_operators_only(
    client: httpx.AsyncClient, make_key: Any
) -> None:
    headers = bearer(make_key(Scope.JOBS_READ, Scope.JOBS_WRITE))
    assert (await client.get(AUDIT, headers=headers)).status_code == 403


async def test_pages_follow_one_another(client: httpx.AsyncClient, make_key: Any) -> None:
    headers = bearer(make_key())
    for number in range(3):
        await client.post(f"/api/v1/jobs/job-{number}/cancel", headers=headers)
    targets, cursor = [], {}
    while True:
        page = (await client.get(AUDIT, params={"limit": 2, **cursor}, headers=headers)).json()
        targets += [entry["target"] for entry in page["entries"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert targets == ["job-2", "job-1", "job-0"]


@pytest.mark.parametrize("query", ["action=nonsense", "since=yesterday", "limit=0", "x=1"])
async def test_filters_that_do_not_fit_are_refused(
    client: httpx.AsyncClient, make_key: Any, query: str
) -> None:
    answer = await client.get(f"{AUDIT}?{query}", headers=bearer(make_key()))
    assert answer.status_code == 422


async def test_a_database_that_is_away_cancels_nothing(
    app: FastAPI, client: httpx.AsyncClient, make_key: Any
) -> None:
    headers = bearer(make_key())
    job_id = await enqueued(client, headers)
    engine = app.state.resources.engine
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_trail RENAME TO elsewhere")
    answer = await client.post(f"/api/v1/jobs/{job_id}/cancel", headers=headers)
    assert answer.status_code == 503
    assert (await client.get(f"/api/v1/jobs/{job_id}", headers=headers)).json()["state"] == "queued"
