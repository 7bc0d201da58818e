from __future__ import annotations

import socket
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from longshore.testing.fake_store import FakeStore
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings

pytestmark = pytest.mark.anyio


@pytest.fixture
def hung_database() -> Generator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"postgresql+psycopg://user:hunter2@127.0.0.1:{listener.getsockname()[1]}/files"


async def test_a_hung_database_is_reported_at_the_deadline_each_time(
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
            answer = await client.get("http://api.test/readyz")
            assert answer.status_code == 503
            assert answer.json()["detail"] == "no answer from the database"
            assert answer.json()["checks"]["broker"]["ok"] is True
            # Its deadline has ended the wait, and not the driver, which gives up much later.
            assert answer.json()["checks"]["database"]["error"] == "TimeoutError"
            assert "hunter2" not in answer.text
        assert (await client.get("http://api.test/livez")).status_code == 200
