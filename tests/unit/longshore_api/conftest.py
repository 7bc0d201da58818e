from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx
import pytest
import structlog
from fastapi import FastAPI
from PIL import Image

from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings
from longshore_tasks.database import migrate


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with its tables, to copy: a migration for each test would be slow."""
    path = tmp_path_factory.mktemp("migrated") / "api.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> ApiSettings:
    shutil.copy(migrated, tmp_path / "api.sqlite3")
    return ApiSettings(
        database_url=f"sqlite:///{tmp_path / 'api.sqlite3'}",
        auth="off",
        storage_directory=tmp_path / "files",
        upload_max_bytes=20_000,
        body_max_bytes=4096,
        ready_deadline_seconds=0.2,
        health_deadline_seconds=0.2,
    )


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
async def app(settings: ApiSettings, store: FakeStore) -> AsyncGenerator[FastAPI]:
    app = create_app(settings, store=store)
    yield app
    await app.state.resources.aclose()


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        yield client


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    path = tmp_path / "picture.png"
    Image.new("RGB", (40, 30), "navy").save(path)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def plain_logs() -> Generator[None]:
    """An error's default rendering shows every local variable, for seconds."""
    before = structlog.get_config()
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, renderer])
    yield
    structlog.configure(**before)
