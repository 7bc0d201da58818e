"""What a client may enqueue, and that clients do not see or touch what is another's."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from longshore.errors import SettingsError
from longshore.jobs import Job, Roll
from longshore.testing.fake_store import FakeStore
from longshore_api.access.caller import Caller
from longshore_api.access.scope import Scope
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings
from longshore_tasks.roll import ROLL
from support.bearer import bearer

pytestmark = pytest.mark.anyio

TASKS = "/api/v1/tasks"
ADD = f"{TASKS}/system.add/jobs"
SUM = {"a": 1, "b": 2}
KEY = {"Idempotency-Key": "order-17"}
BODIES: dict[str, dict[str, Any]] = {
    "files.cleanup": {"prefix": "uploads/", "older_than_seconds": 0},
    "email.send": {"to": ["ada@example.com"], "template": "message", "context": {}},
}
INTERNAL = [job.spec.task for job in ROLL if job.spec.scope is None]


def test_the_tasks_of_the_set_itself_are_its_alerts() -> None:
    assert INTERNAL == ["alerts.watch", "alerts.post"]


@pytest.mark.parametrize(
    ("task", "scope"), [("files.cleanup", Scope.OPS_WRITE), ("email.send", Scope.MAIL_WRITE)]
)
async def test_a_task_asks_for_a_scope_of_its_own(
    client: httpx.AsyncClient, store: FakeStore, make_key, task: str, scope: Scope
) -> None:
    body, everything_else = BODIES[task], set(Scope) - {scope}
    for path, content in (("jobs", body), ("jobs/batch", {"jobs": [{"fields": body}]})):
        url = f"{TASKS}/{task}/{path}"
        refused = await client.post(url, json=content, headers=bearer(make_key(*everything_else)))
        assert (refused.status_code, refused.json()["scope"]) == (403, scope)
        assert store.messages == []
    taken = await client.post(f"{TASKS}/{task}/jobs", json=body, headers=bearer(make_key(scope)))
    assert taken.status_code == 202


@pytest.mark.parametrize("task", INTERNAL)
async def test_nobody_enqueues_a_task_of_the_set_itself(
    client: httpx.AsyncClient, store: FakeStore, make_key, task: str
) -> None:
    everything = bearer(make_key())
    callback = {"jobs": [{"fields": SUM}], "callback": {"task": task, "fields": {}}}
    for path, body in (
        (f"{task}/jobs", {}),
        (f"{task}/jobs/batch", {}),
        ("system.add/jobs/batch", callback),
    ):
        answer = await client.post(f"{TASKS}/{path}", json=body, headers=everything)
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:longshore:problem:unknown-task"
    assert store.messages == []


async def test_the_callback_of_a_batch_asks_for_the_scope_of_its_task(
    client: httpx.AsyncClient, store: FakeStore, make_key
) -> None:
    after = {"task": "files.cleanup", "fields": BODIES["files.cleanup"]}
    body = {"jobs": [{"fields": SUM}], "callback": after}
    writer = bearer(make_key(Scope.JOBS_WRITE))
    refused = await client.post(f"{ADD}/batch", json=body, headers=writer)
    assert (refused.status_code, refused.json()["scope"]) == (403, "ops:write")
    assert store.messages == []


async def test_the_catalogue_says_what_each_task_asks_for(
    client: httpx.AsyncClient, make_key
) -> None:
    listed = (await client.get(TASKS, headers=bearer(make_key()))).json()["tasks"]
    scopes = {one["task"]: one["scope"] for one in listed}
    assert scopes["system.add"] == "jobs:write"
    assert [task for task, scope in scopes.items() if scope is None] == INTERNAL


async def test_a_scope_that_there_is_none_of_is_refused_at_the_start(settings: ApiSettings) -> None:
    class Odd(Job, task="odd.job", queue="high", scope="jobs:delete"):
        pass

    with pytest.raises(SettingsError, match=re.escape("task odd.job: scope 'jobs:delete'")):
        create_app(settings, roll=Roll([Odd]))


@pytest.mark.parametrize("path", ["", "/batch"])
async def test_an_idempotency_key_is_a_name_among_those_of_its_client(
    client: httpx.AsyncClient, store: FakeStore, make_key, path: str
) -> None:
    def body(b: int) -> dict[str, Any]:
        fields = {"a": 1, "b": b}
        return {"jobs": [{"fields": fields}], "tracked": True} if path else fields

    ids = []
    for name, b in (("shop", 2), ("bank", 3), ("shop", 2)):
        headers = {**KEY, **bearer(make_key(client=name))}
        answer = await client.post(ADD + path, json=body(b), headers=headers)
        assert answer.status_code == 202
        ids.append(answer.json()["id"])
    assert ids[0] == ids[2] != ids[1]
    assert len(store.messages) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("shop", "key:1"), ("shop", "token:https://id.test")),
        (("shop", "token:https://a.test"), ("shop", "token:https://b.test")),
        (("a", "key:1"), ("b", "key:2")),
    ],
)
def test_two_who_are_called_alike_are_two_clients(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    clients = {Caller(name, credential, frozenset()).client for name, credential in (one, other)}
    assert len(clients) == 2


def test_all_keys_of_a_client_are_one() -> None:
    assert {Caller("shop", f"key:{number}", frozenset()).client for number in range(2)} == {"shop"}


@pytest.fixture
def more() -> dict[str, Any]:
    return {"tenancy": "client"}


@pytest.fixture
def shop(make_key) -> dict[str, str]:
    return bearer(make_key(Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.MAIL_WRITE, client="shop"))


@pytest.fixture
def bank(make_key) -> dict[str, str]:
    return bearer(make_key(Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.MAIL_WRITE, client="bank"))


@pytest.fixture
def operator(make_key) -> dict[str, str]:
    return bearer(make_key(client="operator"))


async def test_a_list_shows_the_jobs_of_its_client(
    client: httpx.AsyncClient, shop, bank, operator
) -> None:
    ids = {}
    for name, headers in (("shop", shop), ("bank", bank)):
        posted = (await client.post(ADD, json=SUM, headers=headers)).json()
        assert posted["client"] == name
        ids[name] = posted["id"]
    for headers, names in ((shop, ["shop"]), (bank, ["bank"]), (operator, ["bank", "shop"])):
        listed = (await client.get("/api/v1/jobs", headers=headers)).json()["jobs"]
        assert [job["id"] for job in listed] == [ids[name] for name in names]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/result"), ("GET", "/events"), ("POST", "/cancel")]
)
async def test_another_clients_job_is_unknown(
    client: httpx.AsyncClient, store: FakeStore, shop, bank, operator, method: str, path: str
) -> None:
    job_id = (await client.post(ADD, json=SUM, headers=shop)).json()["id"]
    url = f"/api/v1/jobs/{job_id}{path}"
    refused = await client.request(method, url, headers=bank)
    assert (refused.status_code, refused.json()["title"]) == (404, "No such job")
    unknown = await client.request(method, f"/api/v1/jobs/nobody{path}", headers=bank)
    assert unknown.json()["detail"].replace("nobody", job_id) == refused.json()["detail"]
    own = (await client.get(f"/api/v1/jobs/{job_id}", headers=shop)).json()
    assert own["state"] == "queued"
    store.succeed(job_id, 3)
    for headers in (shop, operator):
        assert (await client.request(method, url, headers=headers)).status_code == 200


async def test_another_clients_batch_is_unknown(client: httpx.AsyncClient, shop, bank) -> None:
    body = {"jobs": [{"fields": SUM}], "tracked": True}
    where = (await client.post(f"{ADD}/batch", json=body, headers=shop)).headers["Location"]
    found = [(await client.get(where, headers=headers)).status_code for headers in (shop, bank)]
    assert found == [200, 404]


async def test_a_job_of_nobody_is_for_operators(
    client: httpx.AsyncClient, store: FakeStore, shop, operator
) -> None:
    job_id = (await client.post(ADD, json=SUM, headers=shop)).json()["id"]
    store.tamper(job_id, client="")
    found = [
        (await client.get(f"/api/v1/jobs/{job_id}", headers=headers)).status_code
        for headers in (shop, operator)
    ]
    assert found == [404, 200]


async def test_another_clients_file_is_unknown_and_read_by_no_job(
    client: httpx.AsyncClient, store: FakeStore, shop, bank, operator, picture: bytes
) -> None:
    files = {"file": ("a.png", picture)}
    where = (await client.post("/api/v1/files", files=files, headers=shop)).headers["Location"]
    for path in (where, f"{where}/content"):
        found = [
            (await client.get(path, headers=headers)).status_code
            for headers in (shop, bank, operator)
        ]
        assert found == [200, 404, 200]
    file_id = where.rpartition("/")[2]
    mail = {"to": ["ada@example.com"], "template": "message", "context": {}}
    thumbnails = {"task": "images.thumbnail", "fields": {"file_id": file_id}}
    calls = [
        ("images.thumbnail/jobs", {"file_id": file_id}),
        ("images.thumbnail/jobs/batch", {"jobs": [{"fields": {"file_id": file_id}}]}),
        ("email.send/jobs", {**mail, "attachments": [file_id]}),
        ("system.add/jobs/batch", {"jobs": [{"fields": SUM}], "callback": thumbnails}),
    ]
    for path, body in calls:
        refused = await client.post(f"{TASKS}/{path}", json=body, headers=bank)
        assert (refused.status_code, refused.json()["title"]) == (404, "No such file")
    assert store.messages == []
    for path, body in calls:
        assert (await client.post(f"{TASKS}/{path}", json=body, headers=shop)).status_code == 202


def test_clients_are_told_apart_by_their_credentials_only() -> None:
    with pytest.raises(ValueError, match="LONGSHORE_TENANCY=client needs LONGSHORE_AUTH=required"):
        ApiSettings(auth="off", tenancy="client")
