from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
import structlog
from fastapi import FastAPI
from PIL import Image

from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.resources import Resources
from longshore_api.settings import ApiSettings
from longshore_tasks.database import migrate
from longshore_tasks.roll import ROLL

MakeApp = Callable[[ApiSettings], FastAPI]
OpenApp = Callable[..., AbstractAsyncContextManager[FastAPI]]


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
        # No test waits for their end, however busy the machine is.
        ready_deadline_seconds=10,
        health_deadline_seconds=60,
    )


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture(scope="session")
def open_app() -> OpenApp:
    """Lend an app for some settings; it is made once, for making it costs as much as 50 requests.

    Whatever a request may change is in the resources, and these are new each time. A test that
    changes the app itself makes one of its own.
    """
    made: dict[object, FastAPI] = {}

    @asynccontextmanager
    async def opened(
        settings: ApiSettings, store: FakeStore, make: MakeApp = create_app
    ) -> AsyncGenerator[FastAPI]:
        # Where database and files are is known to the resources only.
        here = {"database_url": "sqlite://", "storage_directory": Path("files")}
        key = (make, settings.model_copy(update=here))
        app = made[key] = made.get(key) or make(settings)
        app.state.resources = Resources(settings, ROLL, store)
        yield app
        await app.state.resources.aclose()

    return opened


@pytest.fixture
async def app(
    open_app: OpenApp, settings: ApiSettings, store: FakeStore
) -> AsyncGenerator[FastAPI]:
    async with open_app(settings, store) as app:
        yield app


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
