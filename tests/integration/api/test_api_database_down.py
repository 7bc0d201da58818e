from __future__ import annotations

import socket
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings
from longshore_tasks.database.engine import CONNECT_TIMEOUT_SECONDS
from support.stopwatch import Stopwatch

pytestmark = pytest.mark.anyio


@pytest.fixture
def hung_database() -> Generator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"postgresql+psycopg://user:hunter2@127.0.0.1:{listener.getsockname()[1]}/files"


@pytest.mark.alone
async def test_a_hung_database_is_told_in_time_and_again(
    hung_database: str, tmp_path: Path
) -> None:
    settings = ApiSettings(
        database_url=hung_database,
        storage_directory=tmp_path / "files",
        ready_deadline_seconds=0.2,
    )
    # A broker that answers at once, so that the short deadline asks about the database alone.
    app = create_app(settings, store=FakeStore())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client,
    ):
        for _ in range(4):
            with Stopwatch() as watch:
                answer = await client.get("http://api.test/readyz")
            # Earlier than the driver gives up: it was the deadline that ended the wait.
            assert watch.seconds < CONNECT_TIMEOUT_SECONDS
            assert answer.status_code == 503
            assert answer.json()["detail"] == "no answer from the database"
            assert answer.json()["checks"]["broker"]["ok"] is True
            assert "hunter2" not in answer.text
        assert (await client.get("http://api.test/livez")).status_code == 200
