from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from longshore.testing.server import ValkeyServer
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings
from longshore_tasks.database import migrate
from support.serve import Serve


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """An api on the broker of a URL, within this process; more settings by name."""

    @asynccontextmanager
    async def serving(broker_url: str, **more: Any) -> AsyncGenerator[httpx.AsyncClient]:
        settings = ApiSettings(
            broker_url=broker_url,
            database_url=f"sqlite:///{tmp_path / 'api.sqlite3'}",
            auth="off",
            storage_directory=tmp_path / "files",
            **more,
        )
        migrate(settings.database_url)
        app = create_app(settings)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://api.test") as client,
        ):
            yield client

    return serving


@pytest.fixture
async def client(serve: Serve, valkey: ValkeyServer) -> AsyncGenerator[httpx.AsyncClient]:
    # A busy machine may be slow: only tests of a deadline have a short one.
    async with serve(valkey.url, broker_deadline_seconds=30) as client:
        yield client
