""".env.example holds every setting of every service, with its default."""

from __future__ import annotations

from pathlib import Path

import pytest

from longshore_api.settings import ApiSettings
from longshore_local.settings import LocalSettings
from longshore_scheduler.settings import SchedulerSettings
from longshore_tasks.settings import Settings
from longshore_worker.settings import WorkerSettings

EXAMPLE = Path(__file__).parents[3] / ".env.example"
SERVICES: tuple[type[Settings], ...] = (
    ApiSettings,
    WorkerSettings,
    SchedulerSettings,
    LocalSettings,
)


def assignments() -> dict[str, str]:
    lines = [line.removeprefix("#") for line in EXAMPLE.read_text().splitlines()]
    pairs = [line.split("=", 1) for line in lines if line.startswith("LONGSHORE_")]
    return {name: value.strip('"') for name, value in pairs}


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_is_in_the_example(service: type[Settings]) -> None:
    names = {f"LONGSHORE_{name.upper()}" for name in service.model_fields}

    assert names <= assignments().keys()


def test_nothing_is_in_the_example_that_no_service_reads() -> None:
    known = {f"LONGSHORE_{name.upper()}" for service in SERVICES for name in service.model_fields}

    servers = {"LONGSHORE_VALKEY_SERVER", "LONGSHORE_RABBITMQ_SERVER"}
    assert assignments().keys() - known == servers


@pytest.mark.parametrize("service", SERVICES)
def test_the_example_holds_the_defaults(
    service: type[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in assignments():
        monkeypatch.delenv(name, raising=False)
    defaults = service().model_dump(exclude={"worker_concurrency"})
    for name, value in assignments().items():
        monkeypatch.setenv(name, value)

    assert service().model_dump(exclude={"worker_concurrency"}) == defaults
