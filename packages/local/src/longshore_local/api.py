"""The api of a running set, as its users call it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
from pydantic import BaseModel

from longshore.records import JobState


class ApiFailed(Exception):
    """The api refused a request or did not answer; one line says why."""


class Thumb(BaseModel):
    """A thumbnail as the api shows it."""

    width: int
    height: int
    media_type: str
    content_url: str


class Uploaded(BaseModel):
    """A stored file as the api shows it."""

    id: str
    name: str
    media_type: str
    content_url: str
    thumbnails: list[Thumb]


class Failure(BaseModel):
    """Why an attempt failed."""

    type: str
    message: str


class Record(BaseModel):
    """A job's record as the api shows it."""

    id: str
    task: str
    state: JobState
    attempts: int
    deliveries: int
    enqueued_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: Failure | None = None

    @property
    def wait_seconds(self) -> float | None:
        """From the enqueue to the last claim."""
        return _between(self.enqueued_at, self.started_at)

    @property
    def run_seconds(self) -> float | None:
        """From the last claim to the end."""
        return _between(self.started_at, self.finished_at)


def _between(begin: datetime | None, end: datetime | None) -> float | None:
    return None if begin is None or end is None else (end - begin).total_seconds()


class Api:
    """A few calls; each raises ApiFailed."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    @asynccontextmanager
    async def at(
        cls, url: str, connections: int = 10, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[Api]:
        """Open connections to the api, at most so many at once; each call has the headers."""
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        async with httpx.AsyncClient(
            base_url=url, headers=headers, limits=limits, timeout=30.0, trust_env=False
        ) as http:
            yield cls(http)

    async def upload(self, name: str, data: bytes, media_type: str) -> Uploaded:
        """Store a file."""
        answer = await self._ask("POST", "/api/v1/files", files={"file": (name, data, media_type)})
        return Uploaded.model_validate_json(answer.content)

    async def file(self, file_id: str) -> Uploaded:
        """Return what is known of a file."""
        answer = await self._ask("GET", f"/api/v1/files/{file_id}")
        return Uploaded.model_validate_json(answer.content)

    async def content(self, url: str) -> bytes:
        """Return the bytes behind a ``content_url``."""
        return (await self._ask("GET", url)).content

    async def enqueue(self, task: str, fields: Mapping[str, Any]) -> Record:
        """Enqueue a job."""
        answer = await self._ask("POST", f"/api/v1/tasks/{task}/jobs", json=fields)
        return Record.model_validate_json(answer.content)

    async def record(self, job_id: str) -> Record:
        """Return a job's record."""
        answer = await self._ask("GET", f"/api/v1/jobs/{job_id}")
        return Record.model_validate_json(answer.content)

    async def result(self, job_id: str) -> Any:
        """Return what a succeeded job's handler returned."""
        answer = await self._ask("GET", f"/api/v1/jobs/{job_id}/result")
        return answer.json()["result"]

    async def _ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            answer = await self._http.request(method, url, **options)
        except httpx.ConnectError:
            raise ApiFailed(
                f"no api answers at {self._http.base_url}; start the set with 'make run'"
            ) from None
        except httpx.TransportError as error:
            raise ApiFailed(f"{method} {url}: {type(error).__name__}: {error}") from None
        if not answer.is_success:
            raise ApiFailed(
                f"{method} {url}: {answer.status_code} {_detail(answer)}{_hint(answer)}"
            )
        return answer


def _hint(answer: httpx.Response) -> str:
    return "; set LONGSHORE_API_KEY" if answer.status_code == httpx.codes.UNAUTHORIZED else ""


def _detail(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        return answer.reason_phrase
