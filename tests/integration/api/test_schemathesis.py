"""Calls that the API's own document allows, and calls that it forbids, against a running api.

``SCHEMATHESIS_EXAMPLES`` sets how many per operation; few by default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from longshore_api.access import keys
from longshore_api.access.keys import Grant
from longshore_api.access.scope import Scope
from longshore_tasks.database import create_engine, migrate
from support.bearer import bearer
from support.until import until

FEW = settings(
    max_examples=int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10")),
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("application/x-ndjson")
def lines(_context: object, value: object) -> bytes:
    """What is exported and imported: a JSON value to a line."""
    return json.dumps(value).encode() + b"\n"


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
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("schemathesis")


@pytest.fixture(scope="module")
def credential(place: Path) -> dict[str, str]:
    url = f"sqlite:///{place / 'api.sqlite3'}"
    migrate(url)
    engine = create_engine(url)
    made = keys.create(engine, Grant("schemathesis", frozenset(Scope)))
    engine.dispose()
    return bearer(made)


@pytest.fixture(scope="module")
def api(place: Path, credential: dict[str, str]) -> Generator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with ValkeyServer() as server, (place / "log").open("wb") as log:
        own = {
            "LONGSHORE_PORT": str(port),
            "LONGSHORE_BROKER_URL": server.url,
            "LONGSHORE_DATABASE_URL": f"sqlite:///{place / 'api.sqlite3'}",
            "LONGSHORE_STORAGE_DIRECTORY": str(place / "files"),
            "LONGSHORE_LOG_FORMAT": "json",
        }
        command = (str(Path(sys.executable).with_name("longshore-api")),)
        process = subprocess.Popen(
            tied_to_parent(command), env={**os.environ, **own}, stdout=log, stderr=log
        )
        try:
            until(lambda: _alive(url), 60)
            yield url
        finally:
            process.terminate()
            process.wait(30)


def _alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def operations(api: str) -> list[APIOperation]:
    document = schemathesis.openapi.from_url(f"{api}/openapi.json", config=CONFIG)
    return [found.ok() for found in document.exclude(path=NEEDS_A_WORKER).get_all_operations()]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_answers_are_those_that_the_document_promises(
    operations: list[APIOperation], credential: dict[str, str], mode: GenerationMode
) -> None:
    assert len(operations) >= 25
    wrong = [str(error) for one in operations if (error := _call(one, credential, mode))]
    assert not wrong, "\n\n".join(wrong)


def _call(
    operation: APIOperation, credential: dict[str, str], mode: GenerationMode
) -> BaseException | None:
    """Return what was wrong with the answers to some calls of one operation."""

    @FEW
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
