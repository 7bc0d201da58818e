from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from longshore_tasks.roll import ROLL

pytestmark = pytest.mark.anyio


@pytest.fixture
async def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


async def test_each_task_has_a_body_of_its_own(document: dict[str, Any]) -> None:
    for job in ROLL:
        path = f"/api/v1/tasks/{job.spec.task}/jobs"
        if job.spec.scope is None:
            assert path not in document["paths"]
            continue
        operation = document["paths"][path]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        assert body == {"$ref": f"#/components/schemas/{job.__name__}"}


async def test_each_operation_has_a_name_a_tag_and_a_summary(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len({operation["operationId"] for operation in found}) == len(found)
    assert all(operation["summary"] and operation["tags"] for operation in found)


async def test_each_error_is_documented_as_a_problem_with_an_example(
    document: dict[str, Any],
) -> None:
    for operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                problem = response["content"]["application/problem+json"]
                assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert problem["examples"]


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas


def references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    if isinstance(part, list):
        return [found for value in part for found in references(value)]
    return []
