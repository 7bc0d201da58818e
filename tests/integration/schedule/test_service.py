"""The scheduler service as it is started: Celery's command line over the environment."""

from __future__ import annotations

import json
import os
import sys

import pytest

from longshore.store import schedules
from support.processes import Process
from support.processes import start as start_process
from support.until import until

COMMAND = [sys.executable, "-m", "celery", "-q", "-A", "longshore_scheduler.main", "beat"]


@pytest.fixture
def start(valkey, tmp_path):
    started: list[Process] = []

    def run(*, real: bool = False, **settings: str) -> Process:
        env = os.environ | {"LONGSHORE_BROKER_URL": valkey.url, "LONGSHORE_LOG_FORMAT": "json"}
        log = tmp_path / "log"
        process = start_process(COMMAND, env | settings, stdout=log, cwd=tmp_path, real=real)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait(60)


def test_it_declares_the_sets_entries_and_logs_json(start, store, tmp_path):
    # The one scheduler of the tests that starts as its user starts it.
    process = start(real=True, LONGSHORE_SCHEDULER_TICK_FILE=str(tmp_path / "tick"))
    until(lambda: len(store.run(schedules.overview()).entries) >= 2, seconds=90)
    until((tmp_path / "tick").exists)
    process.terminate()
    assert process.wait(60) == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"leading", "leadership given up"} <= {line["event"] for line in lines}
    assert {line["service"] for line in lines} == {"scheduler"}
    names = {entry.name for entry in store.run(schedules.overview()).entries}
    assert names == {"files-cleanup-nightly", "report-hourly"}


def test_a_wrong_setting_is_one_line_and_code_2(start, tmp_path):
    process = start(LONGSHORE_SCHEDULER_TIMEZONE="Mars/Olympus")
    assert process.wait(60) == 2
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "LONGSHORE_SCHEDULER_TIMEZONE" in line
