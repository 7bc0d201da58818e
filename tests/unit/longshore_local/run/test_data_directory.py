"""One run per data directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from longshore.errors import SettingsError
from longshore_local.run.data_directory import held, holder


def test_it_is_made_and_held_by_this_process(tmp_path: Path) -> None:
    directory = tmp_path / "new"

    with held(directory):
        assert holder(directory) == os.getpid()

    assert holder(directory) is None


def test_a_second_run_is_told_which_process_holds_it(tmp_path: Path) -> None:
    with (
        held(tmp_path),
        pytest.raises(SettingsError, match=f"process {os.getpid()}.*LONGSHORE_DATA_DIR"),
        held(tmp_path),
    ):
        pass


def test_after_a_run_it_can_be_held_again(tmp_path: Path) -> None:
    with held(tmp_path):
        pass
    with held(tmp_path):
        assert holder(tmp_path) == os.getpid()


def test_nothing_holds_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    assert holder(tmp_path / "none") is None


def test_one_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(SettingsError, match=r"Not a directory.*LONGSHORE_DATA_DIR"),
        held(tmp_path / "file" / "below"),
    ):
        pass
