"""Api, worker and scheduler under the rights that ``longshore acl`` prints."""

from __future__ import annotations

from collections.abc import Generator

import httpx
import pytest
from click.testing import CliRunner

from longshore.cli.main import main
from longshore.testing.server import ValkeyServer
from longshore_tasks.queues import Queue
from support.services import Services
from support.until import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PASSWORD = "s3same"
#: redis-py names itself, on servers that take it.
HARMLESS = {"client|setinfo", "client"}


@pytest.fixture(scope="module")
def guarded() -> Generator[ValkeyServer]:
    """A server whose user was made by the line that the command prints."""
    asked = [word for queue in Queue for word in ("--queue", queue.value)]
    line = CliRunner().invoke(main, ["acl", *asked]).stdout.strip()
    with ValkeyServer() as server:
        words = line.replace(">PASSWORD", f">{PASSWORD}").split(" ")
        with server.client() as client:
            client.execute_command(*words)
        yield server


@pytest.fixture(scope="module")
def client(
    guarded: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Generator[httpx.Client]:
    """The api of a set that logs in as this user."""
    url = guarded.url.replace("://", f"://longshore:{PASSWORD}@")
    services = Services(
        tmp_path_factory.mktemp("acl-set"), url, {"LONGSHORE_MAX_WAITING_JOBS": "1000"}
    )
    try:
        found = services.api()
        services.scheduler()
        services.worker("prefork", 2)
        until(lambda: _healthy(found), 90)
        yield found
    finally:
        services.close()


def _healthy(client: httpx.Client) -> bool:
    try:
        return client.get("/api/v1/health/jobs").is_success
    except httpx.TransportError:
        return False


def ends_as(client: httpx.Client, state: str, job_id: str) -> None:
    until(lambda: client.get(f"/api/v1/jobs/{job_id}").json()["state"] == state, 30)


def enqueued(client: httpx.Client, task: str, fields: dict[str, object], query: str = "") -> str:
    answer = client.post(f"/api/v1/tasks/{task}/jobs{query}", json=fields)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def use_everything(client: httpx.Client, scheduled: list[str]) -> None:
    """What a caller of the api can do with jobs, to each of their ends."""
    text = {"text": "x"}
    done = enqueued(client, "system.echo", text)
    ends_as(client, "succeeded", done)
    assert client.get(f"/api/v1/jobs/{done}/result").json()["result"] == "x"
    ends_as(client, "succeeded", enqueued(client, "system.echo", text, "?delay_seconds=0.5"))
    ends_as(client, "succeeded", enqueued(client, "system.echo", text, "?priority=9"))
    ends_as(client, "dead", enqueued(client, "images.thumbnail", {"file_id": "0" * 32}))
    waiting = enqueued(client, "system.echo", text, "?delay_seconds=3600")
    assert client.post(f"/api/v1/jobs/{waiting}/cancel").json()["state"] == "cancelled"
    batch = {"jobs": [{"fields": text}] * 3}
    assert client.post("/api/v1/tasks/system.echo/jobs/batch", json=batch).status_code == 202
    for path in ("jobs", "queues", "tasks/system.echo/stats"):
        assert client.get(f"/api/v1/{path}").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert "report-hourly" in scheduled


def test_the_whole_set_works_under_the_least_rights(
    guarded: ValkeyServer, client: httpx.Client
) -> None:
    with guarded.client() as administrator:
        until(lambda: administrator.exists("longshore:schedule-leader"), 60)
        until(lambda: administrator.smembers("longshore:schedules"), 60)
        entries = [name.decode() for name in administrator.smembers("longshore:schedules")]
        use_everything(client, entries)
        refused = {str(one["object"]) for one in administrator.acl_log()}
    assert refused <= HARMLESS
