"""What can be wrong with a request, besides what the engine says of jobs and broker.

ApiError
├── UnknownFile         no file, or no thumbnail of that size, under this id
├── UnsupportedUpload   the bytes are not of a type that is taken
├── JobNotSucceeded     the result of a job that ended without one
├── TooManyJobs         a batch of more jobs than one call takes
├── JobNotDelayed       only a job that waits for its time can be given another one
├── AddressTooLong      the path with its query is longer than is taken
├── HeadersTooLarge     the headers are more, or larger, than are taken
├── RepeatedHeader      a header with one value is given twice
├── Unauthenticated     no credential, or one that is not valid
├── Forbidden           the caller lacks the right that the endpoint needs
├── TooManyRequests     the caller calls more often than it may
├── QueueFull           as many jobs wait as may
├── IdentityUnavailable the identity provider does not answer
├── UnknownKey          no such key to the api: said on the command line
├── NotReady            the broker or the database does not answer
└── HealthJobFailed     the health job did not come back in time, or wrong
BodyTooLarge            an HTTPException: the framework passes those on while it reads a body
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from starlette.exceptions import HTTPException

from longshore.errors import LongshoreError
from longshore.records import JobRecord, JobState


class ApiError(LongshoreError):
    """An error whose message is written for the caller.

    ``facts`` are further members of the problem, ``headers`` further headers of the answer.
    """

    def __init__(
        self,
        message: str,
        facts: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.facts, self.headers = dict(facts or {}), dict(headers or {})


class UnknownFile(ApiError):
    """There is no such file."""


class UnsupportedUpload(ApiError):
    """The bytes are not of a type that is taken."""


class JobNotSucceeded(ApiError):
    """The job ended without a result."""

    def __init__(self, record: JobRecord) -> None:
        error = record.error
        super().__init__(
            f"job {record.id} is {record.state.value} and has no result",
            {
                "job_id": record.id,
                "state": record.state.value,
                "dead_reason": record.dead_reason.value if record.dead_reason else None,
                "error": {"type": error.type, "message": error.message} if error else None,
            },
        )


class JobNotDelayed(ApiError):
    """The job does not wait for its time: it is ready, runs or has ended."""

    def __init__(self, job_id: str, state: JobState) -> None:
        facts = {"job_id": job_id, "state": state.value}
        super().__init__(f"job {job_id} is {state.value} and does not wait for its time", facts)


class TooManyJobs(ApiError):
    """A batch of more jobs than one call takes."""


class AddressTooLong(ApiError):
    """The path with its query is longer than is taken."""


class HeadersTooLarge(ApiError):
    """The headers are more, or larger, than are taken."""


class RepeatedHeader(ApiError):
    """A header that has one value is given twice."""


class Unauthenticated(ApiError):
    """Nobody was recognised; the answer's challenge is that of RFC 6750, 3."""

    @classmethod
    def missing(cls) -> Self:
        """Return the error of a request without a credential."""
        message = "send an API key or a token, as 'Authorization: Bearer ...'"
        return cls(message, headers={"WWW-Authenticate": "Bearer"})

    @classmethod
    def invalid(cls) -> Self:
        """Return the error of a credential that is not valid."""
        challenge = 'Bearer error="invalid_token"'
        return cls("the API key or token is not valid", headers={"WWW-Authenticate": challenge})


class Forbidden(ApiError):
    """The caller lacks a right."""

    def __init__(self, scope: str) -> None:
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        super().__init__(
            f"the API key or token lacks the scope {scope}",
            {"scope": scope},
            {"WWW-Authenticate": challenge},
        )


class TooManyRequests(ApiError):
    """The caller calls more often than it may."""

    def __init__(self, per_second: float, retry_after_seconds: int) -> None:
        super().__init__(
            f"this API key or token may call {per_second:g} times a second",
            headers={"Retry-After": str(retry_after_seconds)},
        )


class QueueFull(ApiError):
    """As many jobs wait as may."""

    def __init__(self, queue: str, most: int) -> None:
        super().__init__(f"{most} jobs may wait in the queue {queue}, and do", {"queue": queue})


class IdentityUnavailable(ApiError):
    """The identity provider does not answer."""


class UnknownKey(ApiError):
    """There is no such key to the api."""


class NotReady(ApiError):
    """A service that the api stands on does not answer."""


class HealthJobFailed(ApiError):
    """The health job did not come back in time, or with a wrong answer."""


class BodyTooLarge(HTTPException):
    """The body, or the file in it, is larger than the limit."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(413, f"at most {limit_bytes} bytes are taken")

    def __str__(self) -> str:
        return self.detail


class BodyTooSlow(HTTPException):
    """The body does not arrive in time."""

    def __init__(self) -> None:
        # What is left of the body would be taken for the next request.
        super().__init__(408, "the body did not arrive in time", {"Connection": "close"})

    def __str__(self) -> str:
        return self.detail
