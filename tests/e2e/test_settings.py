"""What the values say is what the processes have: every setting, every flag."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest

from support.cluster import RELEASE, get, inside, staying, upgrade
from support.reach import LIVE_FLAGS, SETTINGS, in_order

pytestmark = pytest.mark.timeout(600)
#: the same in every release without a database and a bucket of its own
FIXED = {"storage", "storage_directory", "database_url"}
PROGRAM = """
from longshore_tasks.settings import load
from longshore_{0}.settings import {1}Settings
print(load({1}Settings).model_dump_json())
"""
MAIN = """
import os
for pid in sorted(map(int, filter(str.isdigit, os.listdir("/proc")))):
    words = open(f"/proc/{pid}/cmdline").read().split(chr(0))
    if pid > 1 and "worker" in words:
        print(chr(10).join(words))
        break
"""


@pytest.fixture
def changed() -> Generator[None]:
    """All values are other than before."""
    rows = (*SETTINGS, *LIVE_FLAGS)
    upgrade(*(f"{row.path}={json.dumps(row.other)}" for row in rows), how="--set-json")
    yield
    upgrade(*(f"{row.path}={json.dumps(row.usual)}" for row in rows), how="--set-json")


def live(component: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        inside(staying(component)[0].name, PROGRAM.format(component, component.capitalize()))
    )
    return found


@pytest.mark.usefixtures("changed")
def test_every_value_is_what_the_processes_have(figure: Any) -> None:
    settings = {**live("scheduler"), **live("api"), **live("worker")}
    expected = {row.name: row.arrives for row in SETTINGS}
    assert in_order({name: settings[name] for name in expected}) == in_order(expected)
    told = {one.removeprefix("LONGSHORE_").lower() for one in get("configmap", RELEASE)["data"]}
    assert told <= {*expected, *FIXED}
    arguments = inside(staying("worker", "default")[0].name, MAIN).splitlines()
    assert {f"{row.name}={row.other}" for row in LIVE_FLAGS} <= set(arguments)
    figure(
        "every value that reaches a process, changed by an upgrade",
        f"{len(SETTINGS)} settings and {len(LIVE_FLAGS)} flags seen in the running processes",
    )
