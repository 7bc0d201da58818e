from __future__ import annotations

import logging
from collections.abc import Generator
from pathlib import Path

import pytest
from fastapi import FastAPI

from longshore.testing.fake_store import FakeStore
from longshore_api import main
from longshore_api.app import create_app
from longshore_api.database import bring_up_to_date
from longshore_api.settings import ApiSettings


@pytest.fixture(autouse=True)
def logging_as_before() -> Generator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers = handlers
    root.setLevel(level)


def test_the_app_of_an_environment_has_its_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LONGSHORE_DATABASE_URL", f"sqlite:///{tmp_path}/new/api.sqlite3")
    assert isinstance(main.create(), FastAPI)
    assert (tmp_path / "new" / "api.sqlite3").exists()


def test_a_wrong_setting_ends_the_process_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LONGSHORE_PORT", "harbour")
    with pytest.raises(SystemExit) as ended:
        main.create()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("longshore: LONGSHORE_PORT: ")


def test_an_unusable_database_ends_the_process_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    settings = ApiSettings(database_url=f"sqlite:///{tmp_path}/file/api.sqlite3")
    with pytest.raises(SystemExit) as ended:
        bring_up_to_date(settings)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.anyio
async def test_what_was_opened_is_closed_with_the_app(
    settings: ApiSettings, store: FakeStore
) -> None:
    app = create_app(settings, store=store)
    async with app.router.lifespan_context(app):
        assert not store.closed
    assert store.closed
