"""The command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from longshore_local.main import main


def test_it_says_what_it_can_do() -> None:
    shown = CliRunner().invoke(main, ["--help"])

    assert shown.exit_code == 0
    for command in ("run", "stop", "demo", "load"):
        assert command in shown.output


def test_stopping_what_does_not_run_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONGSHORE_DATA_DIR", str(tmp_path))

    shown = CliRunner().invoke(main, ["stop"])

    assert shown.exit_code == 2
    assert shown.stderr == f"longshore: nothing runs in the data directory {tmp_path}\n"


def test_a_load_without_connections_is_refused() -> None:
    assert CliRunner().invoke(main, ["load", "--connections", "0"]).exit_code == 2
