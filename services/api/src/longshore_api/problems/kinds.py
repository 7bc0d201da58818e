"""The kinds of problem, each with its status: the api's whole vocabulary of failure."""

from __future__ import annotations

from dataclasses import dataclass

URN = "urn:longshore:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. ``detail`` is said where the error's own words must stay inside."""

    slug: str
    title: str
    status: int
    detail: str = ""
    retry_after_seconds: int | None = None

    @property
    def type(self) -> str:
        """The URI that names the kind (RFC 9457, 3.1.1)."""
        return URN + self.slug


BAD_REQUEST = Kind("bad-request", "Bad Request", 400)
INVALID_REQUEST = Kind("invalid-request", "The request does not fit", 422)
UNKNOWN_TASK = Kind("unknown-task", "No such task", 404)
UNKNOWN_JOB = Kind("unknown-job", "No such job", 404)
UNKNOWN_BATCH = Kind("unknown-batch", "No such batch", 404)
UNKNOWN_QUEUE = Kind("unknown-queue", "No such queue", 404)
UNKNOWN_DEAD_LETTER = Kind("unknown-dead-letter", "No such dead letter", 404)
UNREADABLE_MESSAGE = Kind("unreadable-message", "No worker could run this message", 409)
UNKNOWN_FILE = Kind("unknown-file", "No such file", 404)
TOO_LARGE = Kind("too-large", "The body is too large", 413)
TOO_MANY_JOBS = Kind("too-many-jobs", "The batch has too many jobs", 413)
ADDRESS_TOO_LONG = Kind("address-too-long", "The address is too long", 414)
HEADERS_TOO_LARGE = Kind("headers-too-large", "The headers are too large", 431)
REQUEST_TOO_SLOW = Kind(
    "request-too-slow",
    "The request did not arrive in time",
    408,
    "Send headers and body without long pauses.",
)
UNSUPPORTED_TYPE = Kind("unsupported-type", "This type of file is not taken", 415)
IDEMPOTENCY_CONFLICT = Kind(
    "idempotency-conflict",
    "The idempotency key was used for another request",
    409,
)
JOB_NOT_SUCCEEDED = Kind("job-not-succeeded", "The job ended without a result", 409)
JOB_NOT_DELAYED = Kind("job-not-delayed", "The job does not wait for its time", 409)
BROKER_UNAVAILABLE = Kind(
    "broker-unavailable",
    "The broker does not answer",
    503,
    "The broker did not answer in time. Try again; an enqueue that is repeated with the same"
    " Idempotency-Key never makes a second job.",
    retry_after_seconds=2,
)
BROKER_REFUSED = Kind(
    "broker-refused",
    "The broker refuses commands",
    503,
    "The broker refused the command and changed nothing. Try again later.",
    retry_after_seconds=10,
)
NOT_ON_THIS_BROKER = Kind("not-on-this-broker", "This broker cannot do it", 501)
DATABASE_UNAVAILABLE = Kind(
    "database-unavailable",
    "The database does not answer",
    503,
    "The database could not be used. Try again later.",
    retry_after_seconds=5,
)
STORAGE_UNAVAILABLE = Kind(
    "storage-unavailable",
    "The file storage does not answer",
    503,
    "The file storage could not be used. Try again later.",
    retry_after_seconds=5,
)
UNAUTHENTICATED = Kind("unauthenticated", "Nobody was recognised", 401)
FORBIDDEN = Kind("forbidden", "A right is missing", 403)
TOO_MANY_REQUESTS = Kind("too-many-requests", "Called too often", 429, retry_after_seconds=1)
QUEUE_FULL = Kind("queue-full", "Too many jobs wait", 503, retry_after_seconds=5)
IDENTITY_UNAVAILABLE = Kind(
    "identity-unavailable",
    "The identity provider does not answer",
    503,
    retry_after_seconds=5,
)
OVERLOADED = Kind(
    "overloaded",
    "The api has no room for more",
    503,
    "Connections, descriptors or memory are used up. Try again later.",
    retry_after_seconds=5,
)
NOT_READY = Kind("not-ready", "The api is not ready", 503, retry_after_seconds=2)
HEALTH_JOB_FAILED = Kind("health-job-failed", "The health job failed", 503, retry_after_seconds=10)
INTERNAL = Kind(
    "internal-error",
    "Something went wrong inside",
    500,
    "The error is in the api's log, under the request id.",
)
