"""The scheduler service as it is started: Celery's command line over the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from longshore.store import schedules

COMMAND = [sys.executable, "-m", "celery", "-q", "-A", "longshore_scheduler.main", "beat"]


@pytest.fixture
def start(valkey, tmp_path):
    started: list[subprocess.Popen[bytes]] = []

    def run(**settings: str) -> subprocess.Popen[bytes]:
        env = os.environ | {"LONGSHORE_BROKER_URL": valkey.url, "LONGSHORE_LOG_FORMAT": "json"}
        with (tmp_path / "log").open("wb") as log:
            started.append(
                subprocess.Popen(COMMAND, cwd=tmp_path, env=env | settings, stdout=log, stderr=log)
            )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait(60)


def test_it_declares_the_sets_entries_and_logs_json(start, store, wait_for, tmp_path):
    process = start(LONGSHORE_SCHEDULER_TICK_FILE=str(tmp_path / "tick"))
    wait_for(lambda: len(store.run(schedules.overview()).entries) >= 3)
    wait_for((tmp_path / "tick").exists)
    process.terminate()
    assert process.wait(60) == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"leading", "leadership given up"} <= {line["event"] for line in lines}
    assert {line["service"] for line in lines} == {"scheduler"}
    names = {entry.name for entry in store.run(schedules.overview()).entries}
    assert {"files-cleanup-nightly", "report-hourly", "health"} <= names


def test_a_wrong_setting_is_one_line_and_code_2(start, tmp_path):
    process = start(LONGSHORE_SCHEDULER_TIMEZONE="Mars/Olympus")
    assert process.wait(60) == 2
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "LONGSHORE_SCHEDULER_TIMEZONE" in line
