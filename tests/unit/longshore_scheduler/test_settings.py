"""The scheduler's settings: validated at start, named in the refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from longshore_scheduler.settings import SchedulerSettings
from longshore_tasks.settings import load


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LONGSHORE_SCHEDULER_TICK_FILE", raising=False)


def test_the_clock_is_utc_and_there_is_no_tick_file_unless_they_are_set():
    settings = SchedulerSettings()
    assert (settings.scheduler_timezone, settings.scheduler_tick_file) == ("UTC", None)


def test_they_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("LONGSHORE_SCHEDULER_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("LONGSHORE_SCHEDULER_TICK_FILE", "/run/tick")
    settings = SchedulerSettings()
    assert settings.scheduler_timezone == "Europe/Berlin"
    assert settings.scheduler_tick_file == Path("/run/tick")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../etc/passwd", "Europe"])
def test_an_unknown_time_zone_ends_the_process_with_one_line(monkeypatch, capsys, zone):
    monkeypatch.setenv("LONGSHORE_SCHEDULER_TIMEZONE", zone)
    with pytest.raises(SystemExit) as ended:
        load(SchedulerSettings)
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "LONGSHORE_SCHEDULER_TIMEZONE: no such time zone" in line
