"""What can be wrong with a request, besides what the engine says of jobs and broker.

ApiError
├── UnknownFile         no file, or no thumbnail of that size, under this id
├── UnsupportedUpload   the bytes are not of a type that is taken
├── JobNotSucceeded     the result of a job that ended without one
├── TooManyJobs         a batch of more jobs than one call takes
├── NotReady            the broker or the database does not answer
└── HealthJobFailed     the health job did not come back in time, or wrong
BodyTooLarge            an HTTPException: the framework passes those on while it reads a body
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException

from longshore.errors import LongshoreError
from longshore.records import JobRecord


class ApiError(LongshoreError):
    """An error whose message is written for the caller; ``facts`` are further members of it."""

    def __init__(self, message: str, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.facts = dict(facts or {})


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


class TooManyJobs(ApiError):
    """A batch of more jobs than one call takes."""


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
