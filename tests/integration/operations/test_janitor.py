"""Workers and clients that die leave nothing behind for long, and nothing that lives is touched."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kombu import Connection, Exchange, Producer, Queue

from longshore.cli.main import main
from longshore.store import Store
from longshore.store.janitor import sweep
from longshore.testing.server import ValkeyServer
from support.shop import Shop
from support.until import until

#: Declarations as workers and clients make them; with the processes themselves, `make prove`.
CHURNS = 30
KILLED_WORKERS = 3
#: Real workers, killed one after the other by `make prove`.
TORTURED_WORKERS = int(os.environ.get("LONGSHORE_CHURNS", "300"))
TABLES = ("reply.celery.pidbox", "celery.pidbox", "celeryev")


def rows(client: Any) -> int:
    return sum(client.scard(f"_kombu.binding.{table}") for table in TABLES)


def churn(url: str, shop: Shop, number: int) -> None:
    """A worker's and a client's declarations and a late reply, and then nobody any more."""
    with Connection(url) as connection:
        channel = connection.default_channel
        mailbox = shop.app.control.mailbox(connection)
        mailbox.get_queue(f"worker@pod-{number}").bind(channel).declare()
        shop.app.events.Receiver(channel).queue.bind(channel).declare()
        client = f"client-{number}"
        replies = Exchange("reply.celery.pidbox", "direct", durable=False)
        name = f"{client}.{replies.name}"
        Queue(name, replies, client, auto_delete=True, expires=10.0).bind(channel).declare()
        Producer(channel, replies, client).publish({"ok": number})
        # killed, it tidies nothing up
        channel.auto_delete_queues.clear()


@pytest.fixture
def shop(valkey: ValkeyServer, tmp_path: Path) -> Any:
    shop = Shop(valkey.url, tmp_path)
    yield shop
    shop.close()


def test_churn_leaves_the_keys_as_they_were(valkey: ValkeyServer, shop: Shop):
    with Store.from_url(valkey.url) as store, valkey.client() as client:

        def swept() -> tuple[set[bytes], int]:
            store.run(sweep(idle_seconds=0, every_seconds=0))
            return set(client.keys("*")), rows(client)

        churn(valkey.url, shop, 0)
        until(lambda: swept()[1] == 0)
        left = swept()
        for number in range(1, CHURNS):
            churn(valkey.url, shop, number)
            with suppress(AssertionError):
                until(lambda: swept() == left)
            assert swept() == left


def test_killed_workers_leave_the_keys_as_they_were(valkey: ValkeyServer, shop: Shop):
    kill_workers(valkey, shop, KILLED_WORKERS)


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_very_many_killed_workers_leave_the_keys_as_they_were(valkey: ValkeyServer, shop: Shop):
    kill_workers(valkey, shop, TORTURED_WORKERS)


def kill_workers(valkey: ValkeyServer, shop: Shop, count: int) -> None:
    """Start and kill one worker after the other, and sweep after each."""
    with Store.from_url(valkey.url) as store, valkey.client() as client:
        sizes = []
        for number in range(count):
            with shop.worker(f"worker-{number}", pool="solo", options=("-E",)) as worker:
                with Connection(valkey.url) as connection:
                    assert shop.app.control.ping(timeout=5, limit=1, connection=connection)
                worker.kill()
            left = rows(client)
            for _ in range(3):
                store.run(sweep(idle_seconds=0, every_seconds=0))
            sizes.append((left, client.dbsize(), rows(client)))
        assert len(set(sizes[1:])) == 1
        assert sizes[-1][0] > sizes[-1][2]


def test_without_the_janitor_they_grow(valkey: ValkeyServer, shop: Shop):
    with valkey.client() as client:
        sizes = []
        for number in range(3):
            churn(valkey.url, shop, number)
            sizes.append((client.dbsize(), rows(client)))
        assert sizes == sorted(set(sizes))


def test_what_showed_life_lately_is_kept(valkey: ValkeyServer, shop: Shop):
    with Store.from_url(valkey.url) as store, valkey.client() as client:
        churn(valkey.url, shop, 1)
        before = rows(client)
        for _ in range(3):
            assert store.run(sweep(idle_seconds=60, every_seconds=0)).bindings == 0
        assert rows(client) == before


def test_one_round_a_minute_is_done_for_the_whole_fleet(valkey: ValkeyServer):
    with Store.from_url(valkey.url) as store:
        assert [store.run(sweep()).due for _ in range(3)] == [True, False, False]
        assert store.run(sweep(every_seconds=0)).due


def test_a_client_in_use_keeps_getting_its_replies(valkey: ValkeyServer, shop: Shop):
    with shop.worker(concurrency=1), Store.from_url(valkey.url) as store:
        with Connection(valkey.url) as connection:
            assert shop.app.control.ping(timeout=5, limit=1, connection=connection)
        for _ in range(3):
            store.run(sweep(idle_seconds=30, every_seconds=0))
        with Connection(valkey.url) as connection:
            assert shop.app.control.ping(timeout=5, limit=1, connection=connection)


def test_the_command_says_what_it_removed(valkey: ValkeyServer, shop: Shop):
    churn(valkey.url, shop, 1)
    with Store.from_url(valkey.url) as store:
        # a worker has swept a moment ago
        store.run(sweep())
    done = CliRunner().invoke(main, ["janitor", valkey.url, "--idle", "0", "--rounds", "3"])
    assert done.exit_code == 0, done.output
    assert "removed 3 binding(s) and 2 list(s)" in done.output
