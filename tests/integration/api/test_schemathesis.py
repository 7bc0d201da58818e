"""Calls that the API's own document allows, and calls that it forbids, against a running api.

``make test`` makes two for each operation, always the same. Those marked ``torture`` are by
chance; ``SCHEMATHESIS_EXAMPLES`` sets how many.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from longshore.testing.server import ValkeyServer
from longshore_api.access import keys
from longshore_api.access.keys import Grant
from longshore_api.access.scope import Scope
from longshore_tasks.database import create_engine
from support.bearer import bearer
from support.services import Services

MANY = settings(
    max_examples=int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10")),
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
#: The same calls in each run.
FEW = settings(MANY, max_examples=2, derandomize=True, database=None)


@schemathesis.serializer("application/x-ndjson")
def lines(_context: object, value: object) -> bytes:
    """What is exported and imported: a JSON value to a line."""
    return json.dumps(value).encode() + b"\n"


pytestmark = pytest.mark.xdist_group("schemathesis")

#: Some rules are not in the document, so that a call which it allows may still be refused.
NOT_ASKED = [positive_data_acceptance]
#: 413: a batch of too many jobs is told so.
REFUSALS = ["400", "401", "404", "405", "409", "413", "415", "422"]
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
)
#: It waits for a worker, and says 503 when there is none.
NEEDS_A_WORKER = "/api/v1/health/jobs"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("schemathesis")


@pytest.fixture(scope="module")
def api(directory: Path) -> Generator[str]:
    """The URL of an api with authentication."""
    with ValkeyServer() as server:
        services = Services(directory, server.url, {"LONGSHORE_AUTH": "required"})
        try:
            yield str(services.api().base_url)
        finally:
            services.close()


@pytest.fixture(scope="module")
def credential(api: str, directory: Path) -> dict[str, str]:
    engine = create_engine(f"sqlite:///{directory / 'set.sqlite3'}")
    made = keys.create(engine, Grant("schemathesis", frozenset(Scope)))
    engine.dispose()
    return bearer(made)


@pytest.fixture(scope="module")
def operations(api: str) -> list[APIOperation]:
    document = schemathesis.openapi.from_url(f"{api}/openapi.json", config=CONFIG)
    return [found.ok() for found in document.exclude(path=NEEDS_A_WORKER).get_all_operations()]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_answers_are_those_that_the_document_promises(
    operations: list[APIOperation], credential: dict[str, str], mode: GenerationMode
) -> None:
    _check(operations, credential, mode, FEW)


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_answers_to_many_calls_are_those_that_the_document_promises(
    operations: list[APIOperation], credential: dict[str, str], mode: GenerationMode
) -> None:
    _check(operations, credential, mode, MANY)


def _check(
    operations: list[APIOperation],
    credential: dict[str, str],
    mode: GenerationMode,
    examples: settings,
) -> None:
    assert len(operations) >= 25
    wrong = [str(error) for one in operations if (error := _call(one, credential, mode, examples))]
    assert not wrong, "\n\n".join(wrong)


def _call(
    operation: APIOperation, credential: dict[str, str], mode: GenerationMode, examples: settings
) -> BaseException | None:
    """Return what was wrong with the answers to some calls of one operation."""

    @examples
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        assume(not _is_spelt_by_nothing(case))
        case.call_and_validate(headers=credential, timeout=60, excluded_checks=NOT_ASKED)

    try:
        check()
    except Unsatisfiable:
        return None  # nothing can be wrong about a call that takes nothing
    except (FailureGroup, Failure) as error:
        return error
    return None


def _is_spelt_by_nothing(case: schemathesis.Case) -> bool:
    """Whether a parameter is an empty list or object: its address is that of a call without it."""
    return any(value in ([], {}) for value in dict(case.query or {}).values())
