"""The sign of life that a probe reads."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from longshore.errors import SettingsError
from longshore.schedule.tick_file import TickFile


def test_it_says_when_and_how_the_last_round_went(tmp_path):
    path = tmp_path / "tick"
    TickFile(path).write(leading=True, broker_available=False)
    tick = json.loads(path.read_text())
    assert (tick["leading"], tick["broker_available"]) == (True, False)
    assert tick["at"] == pytest.approx(path.stat().st_mtime, abs=5)


def test_it_is_taken_away_on_purpose(tmp_path):
    file = TickFile(tmp_path / "tick")
    file.write(leading=False, broker_available=True)
    file.remove()
    file.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_missing_is_said_at_start(tmp_path):
    with pytest.raises(SettingsError, match=r"directory .* does not exist"):
        TickFile(tmp_path / "missing" / "tick")


def test_a_failure_to_write_is_logged_once_and_stops_nothing(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    file = TickFile(folder / "tick")
    folder.rmdir()
    with capture_logs() as lines:
        file.write(leading=True, broker_available=True)
        file.write(leading=True, broker_available=True)
        folder.mkdir()
        file.write(leading=True, broker_available=True)
    assert [line["event"] for line in lines] == ["tick file not written", "tick file written again"]
