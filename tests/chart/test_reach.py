"""Every value that a service is to know arrives there, under the name of its setting."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from longshore_api.settings import ApiSettings
from longshore_scheduler.settings import SchedulerSettings
from longshore_worker.settings import WorkerSettings
from support.chart import CHART, container, render
from support.reach import BUCKET, FLAGS, SETTINGS, Reach, in_order, nested

VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
COMPONENTS = {"api": ApiSettings, "worker-default": WorkerSettings, "scheduler": SchedulerSettings}
#: sections of which every plain value is a setting; the rest shapes pods, not processes
FOR_SERVICES = ("engine", "log")
ROWS = [*SETTINGS, *BUCKET]


def live(component: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what the component's process makes of its environment."""
    objects = render(nested(ROWS))
    env = dict(objects.one("ConfigMap")["data"])
    for one in container(objects, "Deployment", component)["env"]:
        env[one["name"]] = one.get("value", "secret")
    for name in list(os.environ):
        if name.startswith("LONGSHORE_"):
            monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    found: dict[str, Any] = COMPONENTS[component]().model_dump(mode="json")
    return found


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_process_has_the_values_that_it_knows(
    component: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = live(component, monkeypatch)
    expected = {row.name: row.arrives for row in ROWS if row.name in settings}
    assert len(expected) > len(FOR_SERVICES)
    assert in_order({name: settings[name] for name in expected}) == in_order(expected)


def test_every_setting_is_known_to_some_process() -> None:
    known = {name for settings in COMPONENTS.values() for name in settings.model_fields}
    assert {row.name for row in ROWS} <= known


@pytest.mark.parametrize("row", FLAGS, ids=lambda row: row.path)
def test_a_flag_is_what_the_value_says(row: Reach) -> None:
    arguments = container(render(nested([row])), "Deployment", "worker-default")["args"]
    assert f"{row.name}={row.other}" in arguments


def paths(place: str, value: Any) -> Iterator[str]:
    """Yield the path of every plain value at this place."""
    if not isinstance(value, dict):
        yield place
        return
    for name, inner in value.items():
        yield from paths(f"{place}.{name}", inner)


@pytest.mark.parametrize("section", FOR_SERVICES)
def test_no_value_of_these_sections_is_forgotten(section: str) -> None:
    listed = {row.path for row in ROWS}
    assert set(paths(section, VALUES[section])) <= listed


def test_no_setting_that_the_chart_hands_out_is_forgotten() -> None:
    bucket = render(nested(BUCKET)).one("ConfigMap")["data"]
    told = {*render().one("ConfigMap")["data"], *bucket}
    listed = {f"LONGSHORE_{row.name.upper()}" for row in ROWS}
    assert told - listed == {"LONGSHORE_STORAGE_DIRECTORY", "LONGSHORE_DATABASE_URL"}
