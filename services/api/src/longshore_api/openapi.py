"""The OpenAPI document, with the problem that every error answers with."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from longshore_api.problems.document import Problem

TAGS = [
    {"name": "files", "description": "Uploads, reports and thumbnails."},
    {"name": "tasks", "description": "The kinds of work, and how they fare."},
    {"name": "jobs", "description": "Enqueue, look up, fetch results, cancel."},
    {"name": "queues", "description": "What waits where."},
    {"name": "health", "description": "Probes, measurements, and a job through the whole set."},
]
_REFERENCE = "#/components/schemas/{model}"


class LongshoreApi(FastAPI):
    """FastAPI, whose document knows ``Problem``: its routes only refer to it."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, made once."""
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = super().openapi()
        schemas = document["components"]["schemas"]
        problem = Problem.model_json_schema(ref_template=_REFERENCE)
        schemas.update(problem.pop("$defs"))
        schemas["Problem"] = problem
        return document
