"""The OpenAPI document, with the problem that every error answers with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from longshore_api.access.scope import Scope
from longshore_api.problems import kinds
from longshore_api.problems.document import Problem
from longshore_api.problems.documented import Responses, documented

TAGS = [
    {"name": "files", "description": "Uploads, reports and thumbnails."},
    {"name": "tasks", "description": "The kinds of work, and how they fare."},
    {"name": "jobs", "description": "Enqueue, look up, fetch results, cancel."},
    {"name": "queues", "description": "What waits where."},
    {"name": "dead letters", "description": "Jobs kept for a person: look, replay, discard."},
    {"name": "schedules", "description": "What is enqueued by itself, and when."},
    {"name": "audit", "description": "Who did what to the jobs."},
    {"name": "health", "description": "Probes, measurements, and a job through the whole set."},
]
_REFERENCE = "#/components/schemas/{model}"
SCHEME = "bearer"
SCHEMES = {
    SCHEME: {
        "type": "http",
        "scheme": "bearer",
        "description": "an API key (lsk_...), or a token of the identity provider; scopes: "
        + ", ".join(Scope),
    }
}
REFUSALS = documented(
    kinds.UNAUTHENTICATED,
    kinds.FORBIDDEN,
    kinds.TOO_MANY_REQUESTS,
    kinds.DATABASE_UNAVAILABLE,
    kinds.IDENTITY_UNAVAILABLE,
    takes_input=False,
)
#: What is refused before any endpoint is looked for; 400 is also a body that cannot be taken apart.
HEAD = documented(
    kinds.BAD_REQUEST, kinds.ADDRESS_TOO_LONG, kinds.HEADERS_TOO_LARGE, takes_input=False
)
BODY = documented(kinds.REQUEST_TOO_SLOW, takes_input=False)


class LongshoreApi(FastAPI):
    """FastAPI, whose document knows ``Problem`` and, while ``guarded``, who may call what."""

    guarded: bool = False
    public: frozenset[str] = frozenset()

    def openapi(self) -> dict[str, Any]:
        """Return the document, made once."""
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = super().openapi()
        schemas = document["components"]["schemas"]
        problem = Problem.model_json_schema(ref_template=_REFERENCE)
        schemas.update(problem.pop("$defs"))
        schemas["Problem"] = problem
        for operation in _operations(document, frozenset()):
            _may_answer(operation, HEAD)
            if "requestBody" in operation:
                _may_answer(operation, BODY)
        if self.guarded:
            document["components"]["securitySchemes"] = SCHEMES
            for operation in _operations(document, self.public):
                _guard(operation)
        return document


def _operations(document: Mapping[str, Any], public: frozenset[str]) -> Iterator[dict[str, Any]]:
    for path, operations in document["paths"].items():
        if path not in public:
            yield from operations.values()


def _guard(operation: dict[str, Any]) -> None:
    operation["security"] = [{SCHEME: []}]
    _may_answer(operation, REFUSALS)


def _may_answer(operation: dict[str, Any], responses: Responses) -> None:
    for status, response in responses.items():
        operation["responses"].setdefault(str(status), response)
