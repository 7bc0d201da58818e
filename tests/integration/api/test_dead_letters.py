"""Dead letters over HTTP: look, compare, replay, discard, export and import."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from longshore.envelope import NewJob
from longshore.jobs import to_new_job
from longshore.message import arguments
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import Store, jobs
from longshore.store.claims import Settlement, Source, claim, settle
from longshore.testing.server import ValkeyServer
from longshore_tasks.jobs.system import Add, Echo

pytestmark = pytest.mark.anyio

LETTERS = "/api/v1/dead-letters"
DEAD = Settlement(
    JobState.DEAD,
    '{"status": "FAILURE"}',
    ErrorInfo("OSError", "the disk is full", 'File "shop.py", line 7'),
    DeadReason.PERMANENT_ERROR,
)


@pytest.fixture
def store(valkey: ValkeyServer) -> Iterator[Store]:
    with Store.from_url(valkey.url) as store:
        yield store


def take(store: Store, queue: str) -> list[Any]:
    return store.run(claim([Source(queue, queue)], owner="w", worker="w@host", limit=10))


@pytest.fixture
def bury(store: Store) -> Callable[..., str]:
    """Let a job fail for good and return its id."""

    def run(job: NewJob | None = None) -> str:
        new = job or to_new_job(Echo(text="hello"))
        store.run(jobs.enqueue(new))
        (delivery,) = take(store, new.queue)
        store.run(settle(delivery.claim, DEAD))
        return new.id

    return run


async def all_ids(client: httpx.AsyncClient, **params: Any) -> list[str]:
    found: list[str] = []
    while True:
        page = (await client.get(LETTERS, params=params)).json()
        found += [letter["job_id"] for letter in page["dead_letters"]]
        if page["cursor"] is None:
            return found
        params["cursor"] = page["cursor"]


async def test_they_are_listed_page_by_page_and_filtered(client, bury) -> None:
    ids = [bury(), bury(to_new_job(Add(a=1, b=2))), bury(to_new_job(Echo(text="Ada")))]
    assert await all_ids(client, limit=1) == ids[::-1]
    assert await all_ids(client, order="oldest") == ids
    assert await all_ids(client, queue="high") == [ids[1]]
    assert await all_ids(client, text="ada") == [ids[2]]
    assert await all_ids(client, exception="ValueError") == []
    assert await all_ids(client, older_than_seconds=60) == []
    assert await all_ids(client, kept_before="2020-01-01T00:00:00Z") == []
    assert len(await all_ids(client, kept_after="2020-01-01T00:00:00Z")) == 3
    (first, *_) = (await client.get(LETTERS)).json()["dead_letters"]
    assert first["reason"] == "permanent_error"
    assert first["error"] == {"type": "OSError", "message": "the disk is full"}


@pytest.mark.parametrize(
    "params", [{"reason": "bored"}, {"limit": "0"}, {"kept_before": "yesterday"}, {"q": "x"}]
)
async def test_a_filter_that_means_nothing_is_refused(client, params) -> None:
    response = await client.get(LETTERS, params=params)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == next(iter(params))


async def test_a_cursor_of_ones_own_is_refused(client) -> None:
    response = await client.get(LETTERS, params={"cursor": "mine"})
    assert (response.status_code, "cursor" in response.json()["detail"]) == (422, True)
    for cursor in ("mine", "1~mine"):
        response = await client.post(f"{LETTERS}/replay", json={"all": True, "cursor": cursor})
        assert response.status_code == 422


async def test_one_is_shown_with_message_arguments_and_story(client, bury) -> None:
    job_id = bury()
    letter = (await client.get(f"{LETTERS}/{job_id}")).json()
    assert letter["arguments"] == {"args": [], "fields": {"text": "hello"}}
    assert json.loads(letter["message"])["headers"]["id"] == job_id
    assert letter["history"][0]["traceback"] == 'File "shop.py", line 7'
    assert letter["job"]["state"] == "dead"


@pytest.mark.parametrize("path", ["x", "x/comparison"])
async def test_what_is_no_dead_letter_is_unknown(client, path) -> None:
    response = await client.get(f"{LETTERS}/{path}")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:longshore:problem:unknown-dead-letter"


async def test_it_is_compared_with_what_the_job_class_takes_now(client, bury) -> None:
    wrong = bury(NewJob(task="system.echo", id="old", kwargs={"txt": "hi"}, queue="normal"))
    found = (await client.get(f"{LETTERS}/{wrong}/comparison")).json()
    assert (found["known"], found["fits"]) == (True, False)
    fits = {one["field"]: one["fit"] for one in found["fields"]}
    assert fits == {"text": "missing", "txt": "unknown"}
    assert found["takes"]["required"] == ["text"]
    gone = bury(NewJob(task="system.gone", id="gone", kwargs={}, queue="normal"))
    assert not (await client.get(f"{LETTERS}/{gone}/comparison")).json()["known"]


async def test_one_is_replayed_and_twice_has_one_effect(client, bury, store) -> None:
    job_id = bury()
    for _ in range(3):
        response = await client.post(f"{LETTERS}/{job_id}/replay")
        assert response.status_code == 202
        assert (response.json()["state"], response.json()["replays"]) == ("queued", 1)
    assert len(take(store, "normal")) == 1


async def test_callers_at_once_replay_it_once(client, bury, store) -> None:
    job_id = bury()
    url = f"{LETTERS}/{job_id}/replay"
    answers = await asyncio.gather(*(client.post(url) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(take(store, "normal")) == 1


async def test_edited_arguments_must_fit_the_job_class(client, bury, store) -> None:
    job_id = bury(NewJob(task="system.echo", id="old", kwargs={"txt": "hi"}, queue="normal"))
    url = f"{LETTERS}/{job_id}/replay"
    assert (await client.post(url, json={"fields": {"txt": "no"}})).status_code == 422
    assert (await client.post(url, json={"args": [1]})).status_code == 422
    assert (await client.post(url, json={"text": "no"})).status_code == 422
    assert (await client.post(url, json={"fields": {"text": "hi"}})).status_code == 202
    assert arguments(take(store, "normal")[0].raw).kwargs == {"text": "hi"}


async def test_a_job_that_never_died_is_not_replayed(client, store) -> None:
    job_id = store.run(jobs.enqueue(to_new_job(Echo(text="x")))).job_id
    assert (await client.post(f"{LETTERS}/{job_id}/replay")).status_code == 404
    assert (await client.post(f"{LETTERS}/nobody/replay")).status_code == 404
    assert (await client.delete(f"{LETTERS}/{job_id}")).status_code == 404


async def test_what_no_worker_could_run_is_not_replayed(client, store, valkey) -> None:
    valkey.ask("LPUSH", "normal", "garbage")
    take(store, "normal")
    (job_id,) = await all_ids(client)
    response = await client.post(f"{LETTERS}/{job_id}/replay")
    assert response.status_code == 409
    bulk = (await client.post(f"{LETTERS}/replay", json={"all": True})).json()
    assert (bulk["replayed"], bulk["unreadable"], bulk["cursor"]) == (0, [job_id], None)


async def test_many_are_replayed_step_by_step(client, bury, store) -> None:
    ids = [bury() for _ in range(5)]
    other = bury(to_new_job(Add(a=1, b=2)))
    body: dict[str, Any] = {"task": "system.echo", "limit": 2}
    replayed = 0
    while True:
        done = (await client.post(f"{LETTERS}/replay", json=body)).json()
        replayed += done["replayed"]
        if done["cursor"] is None:
            break
        body["cursor"] = done["cursor"]
    assert replayed == 5
    assert await all_ids(client) == [other]
    assert [delivery.claim.job_id for delivery in take(store, "normal")] == ids


async def test_a_job_that_dies_again_meanwhile_is_replayed_once(client, bury, store) -> None:
    ids = [bury() for _ in range(3)]
    body: dict[str, Any] = {"all": True, "limit": 1}
    for _ in ids:
        done = (await client.post(f"{LETTERS}/replay", json=body)).json()
        (delivery,) = take(store, "normal")
        store.run(settle(delivery.claim, DEAD))
        body["cursor"] = done["cursor"]
    assert body["cursor"] is None or done["replayed"] == 1
    rest = (await client.post(f"{LETTERS}/replay", json=body)).json() if body["cursor"] else None
    assert rest is None or (rest["replayed"], rest["cursor"]) == (0, None)
    assert set(await all_ids(client)) == set(ids)


async def test_many_are_replayed_at_a_rate(client, bury) -> None:
    ids = [bury() for _ in range(3)]
    body = {"all": True, "rate_per_second": 0.5}
    assert (await client.post(f"{LETTERS}/replay", json=body)).json()["replayed"] == 3
    states = [(await client.get(f"/api/v1/jobs/{one}")).json()["state"] for one in ids]
    assert states == ["scheduled"] * 3


async def test_nobody_acts_on_all_by_accident(client, bury) -> None:
    bury()
    assert (await client.post(f"{LETTERS}/replay", json={})).status_code == 422
    assert (await client.delete(LETTERS)).status_code == 422
    assert len(await all_ids(client)) == 1


async def test_one_is_discarded_with_a_reason(client, bury) -> None:
    job_id = bury()
    params = {"discard_reason": "a typing error"}
    assert (await client.delete(f"{LETTERS}/{job_id}", params=params)).status_code == 204
    record = (await client.get(f"/api/v1/jobs/{job_id}")).json()
    assert (record["state"], record["discard_reason"]) == ("cancelled", "a typing error")
    assert (await client.post(f"{LETTERS}/{job_id}/replay")).status_code == 404


async def test_many_are_discarded_by_filter_and_age(client, bury) -> None:
    ids = [bury() for _ in range(3)]
    nothing = {"older_than_seconds": "3600"}
    assert (await client.delete(LETTERS, params=nothing)).json()["discarded"] == 0
    chosen = {"queue": "normal", "limit": "2", "discard_reason": "old"}
    done = (await client.delete(LETTERS, params=chosen)).json()
    assert (done["discarded"], done["cursor"] is None) == (2, False)
    assert await all_ids(client) == [ids[2]]


async def test_they_go_out_as_lines_and_come_in_again(client, bury, valkey) -> None:
    ids = [bury() for _ in range(3)]
    exported = await client.get(f"{LETTERS}/export")
    assert exported.headers["content-type"].startswith("application/x-ndjson")
    lines = exported.text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids
    known = await client.post(f"{LETTERS}/import", content=exported.content)
    assert known.json() == {"imported": 0, "known": 3}
    valkey.flush()
    done = await client.post(f"{LETTERS}/import", content=exported.content)
    assert done.json() == {"imported": 3, "known": 0}
    assert (await client.get(f"{LETTERS}/export")).text.splitlines() == lines
    assert (await client.get(f"{LETTERS}/export", params={"queue": "high"})).text == ""


async def test_a_wrong_line_is_named_and_nothing_comes_in(client, bury, valkey) -> None:
    bury()
    exported = (await client.get(f"{LETTERS}/export")).text
    valkey.flush()
    response = await client.post(f"{LETTERS}/import", content=f"{exported}nonsense\n")
    assert response.status_code == 422
    assert response.json()["detail"].startswith("line 2: ")
    assert await all_ids(client) == []
