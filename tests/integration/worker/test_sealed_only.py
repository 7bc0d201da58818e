"""With keys a worker runs what was sealed for the job that it stands in, whatever its pool."""

from __future__ import annotations

import base64
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from celery import chain, chord

from longshore.envelope import NewJob, encode
from longshore.records import DeadReason, JobState
from longshore.sealing.keyring import VARIABLE, KeyRing, keyring
from longshore.sealing.serializer import CONTENT_TYPE
from longshore.store import Store, StoreSettings, jobs
from longshore.testing.server import ValkeyServer
from support.shop import Shop
from support.until import until

POOLS = ("prefork", "threads", "solo", "longshore", "longshore-threads")
QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")
KEYS = f"k1:{base64.b64encode(bytes(32)).decode()}"
SEALED = {"task_serializer": "sealed", "result_serializer": "sealed", "accept_content": ["sealed"]}
EMBED = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


@pytest.fixture
def shop(valkey: ValkeyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Shop]:
    more = {VARIABLE: KEYS, "SHOP_CONFIGURATION": json.dumps(SEALED)}
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    keyring.cache_clear()
    encode_again()
    shop = Shop(valkey.url, tmp_path, more=more)
    yield shop
    shop.close()
    monkeypatch.undo()
    keyring.cache_clear()
    encode_again()


def encode_again() -> None:
    """Forget the frames of messages, which say whether keys are there."""
    from longshore import envelope  # noqa: PLC0415

    envelope._frame.cache_clear()


def message(task: str, job_id: str) -> dict[str, Any]:
    job = NewJob(task=task, id=job_id, queue="celery", kwargs={}, args=(2, 3))
    return json.loads(encode(job).raw)


def body(text: str) -> dict[str, str]:
    return {"body": base64.b64encode(text.encode()).decode()}


def forgeries() -> dict[str, dict[str, Any]]:
    """What somebody with the broker's login and no key can make of what lies there."""
    other = message("shop.add", "other")["body"]
    plain = json.dumps([[2, 3], {}, EMBED])
    unbound = body(KeyRing.parse(KEYS).seal(plain))
    return {
        "moved to another task": {**message("shop.multiply", "task"), "body": other},
        "moved to another id": {**message("shop.add", "id"), "body": other},
        "sealed for no job": {**message("shop.add", "none"), **unbound},
        "plain": {
            **message("shop.add", "plain"), **body(plain), "content-type": "application/json",
        },
        "plain and says that it is sealed": {**message("shop.add", "says"), **body(plain)},
    }  # fmt: skip


@pytest.mark.parametrize("pool", POOLS)
def test_arguments_that_were_not_sealed_for_the_job_are_kept_and_do_not_run(
    shop: Shop, valkey: ValkeyServer, pool: str
) -> None:
    tasks = shop.module
    with Store.from_url(valkey.url, StoreSettings()) as store, valkey.client() as client:
        made = forgeries()
        for forged in made.values():
            assert forged["content-type"] in {CONTENT_TYPE, "application/json"}
            client.lpush("celery", json.dumps(forged))
        with shop.worker(pool=pool, concurrency=1, options=QUICK):
            for why, forged in made.items():
                job_id = forged["headers"]["id"]
                until(lambda key=job_id: client.hexists("longshore:dead-messages", key))
                record = store.run(jobs.get(job_id))
                assert record.dead_reason is DeadReason.UNDECODABLE, why
                assert json.loads(client.hget("longshore:dead-messages", job_id)) == forged
            # What was sealed for its job runs: enqueued by Celery, in a chain and a chord, or by
            # the engine.
            assert tasks.add.delay(1, 2).get(timeout=60) == 3
            assert chain(tasks.add.s(1, 2), tasks.add.s(3)).delay().get(timeout=60) == 6
            assert (
                chord([tasks.add.s(1, 2), tasks.add.s(3, 4)])(tasks.total.s()).get(timeout=60) == 10
            )
            compressed = tasks.add.apply_async((1, 2), compression="zlib")
            assert compressed.get(timeout=60) == 3
            own = NewJob(task="shop.add", id="own", queue="celery", kwargs={}, args=(2, 3))
            store.run(jobs.enqueue(own))
            until(lambda: store.run(jobs.get("own")).state is JobState.SUCCEEDED)
