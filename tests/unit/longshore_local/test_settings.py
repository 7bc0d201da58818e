"""Where a local run keeps what it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from longshore_local.settings import LocalSettings
from longshore_tasks.settings import load


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "DATA_DIR", "DATABASE_URL", "STORAGE_DIRECTORY", "WORKER_CONCURRENCY"):
        monkeypatch.delenv(f"LONGSHORE_{name}", raising=False)


def test_everything_lies_in_the_data_directory(tmp_path: Path) -> None:
    settings = LocalSettings(data_dir=tmp_path)

    assert settings.database == f"sqlite:///{tmp_path}/longshore.sqlite3"
    assert settings.files == tmp_path / "files"


def test_a_database_and_a_storage_that_were_set_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONGSHORE_DATABASE_URL", "postgresql+psycopg://db/app")
    monkeypatch.setenv("LONGSHORE_STORAGE_DIRECTORY", str(tmp_path / "elsewhere"))

    settings = LocalSettings()

    assert settings.database == "postgresql+psycopg://db/app"
    assert settings.files == tmp_path / "elsewhere"


def test_there_are_at_least_two_worker_processes() -> None:
    assert LocalSettings().worker_concurrency >= 2


def test_a_port_out_of_range_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LONGSHORE_PORT", "70000")

    with pytest.raises(SystemExit) as exit_:
        load(LocalSettings)

    assert exit_.value.code == 2
    assert capsys.readouterr().err.startswith("longshore: LONGSHORE_PORT: ")


@pytest.mark.parametrize(("host", "url"), [("::1", "http://[::1]:80"), ("here", "http://here:80")])
def test_the_api_of_a_run_is_called_by_a_url_that_clients_take(host: str, url: str) -> None:
    assert LocalSettings(host=host, port=80).api_url == url
