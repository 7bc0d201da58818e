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
