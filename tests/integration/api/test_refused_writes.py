"""A call that is refused changes nothing, whatever it asked for, and no list breaks after it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from sqlalchemy import create_engine, text

from longshore.envelope import NewJob
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer
from support.everything import everything
from support.serve import Serve

pytestmark = pytest.mark.anyio

ENQUEUE = "/api/v1/tasks/system.add/jobs"
ADD = {"a": 1, "b": 2}
MOMENTS = (
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59Z",
    "1795327200",
)
NUMBERS = ("-1", "1e308", "nan", "99999999999999999999999")
WORDS = ("\x00", "x" * 2000)
LETTER = {
    "version": 1,
    "id": "imported",
    "kept_at": 1.0,
    "record": {"task": "system.add", "queue": "high"},
    "attempts": [],
    "message": "{}",
}
LETTERS = (
    {"kept_at": float("nan")},
    {"kept_at": 10**400},
    {"id": "\ud800"},
    {"record": {"queue": "high", **{f"f{number}": "" for number in range(9000)}}},
)
BODIES: dict[str, list[dict[str, Any]]] = {
    "'application/json'": [
        *({"json": body} for body in ({}, [], "x", {"unknown": 1})),
        *({"json": {"run_at": moment}} for moment in MOMENTS),
        *({"json": {"kept_after": moment, "all": True}} for moment in MOMENTS),
        *({"json": ADD, "params": {"run_at": moment}} for moment in MOMENTS),
        *({"json": {"jobs": [{"fields": ADD}]}, "params": {"run_at": at}} for at in MOMENTS),
    ],
    "ndjson": [
        {"content": "\n".join(json.dumps(letter) for letter in (LETTER, LETTER | change))}
        for change in LETTERS
    ],
    "multipart": [
        {"files": {"file": ("x.png", content)}}
        for content in (b"no picture", b"\x89PNG\r\n\x1a\n" + b"x" * 2000)
    ],
}
LISTS = ("jobs", "dead-letters", "queues", "schedules", "audit")


@pytest.fixture
async def client(serve: Serve, valkey: ValkeyServer) -> AsyncGenerator[httpx.AsyncClient]:
    async with serve(
        valkey.url, broker_deadline_seconds=30, body_max_bytes=2**20, upload_max_bytes=1000
    ) as client:
        yield client


@pytest.fixture
def effects(valkey: ValkeyServer, tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """All that broker, storage and database hold of jobs and files."""
    engine = create_engine(f"sqlite:///{tmp_path / 'api.sqlite3'}")
    server: redis.Redis = valkey.client()

    def look() -> list[str]:
        files = [str(path) for path in (tmp_path / "files").rglob("*") if path.is_file()]
        with engine.connect() as database:
            rows = database.execute(text("SELECT count(*) FROM files")).scalar_one()
        return [*sorted(everything(server).split("\n")), *sorted(files), str(rows)]

    yield look
    server.close()
    engine.dispose()


async def written(client: httpx.AsyncClient) -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation of the document that writes: method, path template, operation.

    Of the tasks one, since all of them have the same two endpoints.
    """
    document = (await client.get("/openapi.json")).json()
    return [
        (method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method != "get" and (ENQUEUE in path or not path.startswith("/api/v1/tasks/"))
    ]


def out_of_range(schema: str) -> tuple[str, ...]:
    """Values that no parameter of such a schema takes."""
    if "date-time" in schema:
        return MOMENTS
    return NUMBERS if "number" in schema or "integer" in schema else WORDS


def hostile(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Queries and bodies that must not be taken, by what the document says of them."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            for value in out_of_range(str(parameter["schema"])):
                yield {"params": {parameter["name"]: value}}
    takes = str(operation.get("requestBody"))
    for kind, bodies in BODIES.items():
        if kind in takes:
            yield from bodies


async def test_no_refusal_leaves_an_effect_behind(
    client: httpx.AsyncClient, effects: Callable[[], list[str]]
) -> None:
    delayed = await client.post(ENQUEUE, json=ADD, params={"delay_seconds": 60})
    refused, wrong = 0, []
    names = {"job_id": delayed.json()["id"], "queue": "longshore:accepted"}
    for method, path, operation in await written(client):
        before = effects()
        for call in hostile(operation):
            answer = await client.request(method, path.format(**names), **call)
            after = effects()
            refused += answer.status_code >= 400
            if answer.status_code >= 500 or (answer.status_code >= 400 and after != before):
                wrong.append((answer.status_code, method, path, call))
            before = after
    assert refused > 100
    assert not wrong
    for name in LISTS:
        assert (await client.get(f"/api/v1/{name}")).status_code == 200


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("moment", MOMENTS[:2])
async def test_the_trail_takes_no_moment_that_is_none(
    client: httpx.AsyncClient, name: str, moment: str
) -> None:
    answer = await client.get("/api/v1/audit", params={name: moment})
    assert answer.status_code == 422


async def test_a_job_of_another_program_with_an_endless_delay_is_listed(
    client: httpx.AsyncClient, valkey: ValkeyServer
) -> None:
    new = NewJob(task="system.add", id="endless", kwargs=ADD, queue="high", due_at=1e300)
    with Store.from_url(valkey.url) as store:
        store.run(jobs.enqueue(new))
    (listed,) = (await client.get("/api/v1/jobs")).json()["jobs"]
    assert listed["due_at"] == "9999-12-31T23:59:59Z"
