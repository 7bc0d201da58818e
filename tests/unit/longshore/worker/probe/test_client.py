from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from longshore.worker.probe.client import main


def test_a_young_tick_is_a_sign_of_life(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tick"
    file.touch()
    assert main(["tick", str(file), "30"]) == 0
    assert capsys.readouterr().out.startswith("ok tick ")


def test_an_old_tick_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tick"
    file.touch()
    os.utime(file, (time.time() - 31, time.time() - 31))
    assert main(["tick", str(file), "30"]) == 1
    assert "at most 30 s" in capsys.readouterr().out


def test_no_tick_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tick", str(tmp_path / "tick"), "30"]) == 1
    assert "No such file" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["live"], ["dance", "a", "b"]])
def test_a_wrong_call_is_told_apart_from_a_no(arguments: list[str]) -> None:
    assert main(arguments) == 2
