"""The whole engine under the rights that ``longshore acl`` prints, and under not one less."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from celery import group
from click.testing import CliRunner

from longshore.cli.main import main
from longshore.envelope import NewJob, encode
from longshore.errors import BrokerRefused
from longshore.store import Store, dead_letters, jobs, queues, tasks
from longshore.store.acl import Right, rights
from longshore.store.connection import ping
from longshore.store.figures import figures
from longshore.store.settings import StoreSettings
from longshore.store.sketches import recent, task_names
from longshore.testing.clock import Clock
from longshore.testing.server import ValkeyServer
from support.monitor import Monitor
from support.shop import Shop
from support.until import until

# One run of everything, for several tests. Celery saves a group by a deprecated call.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning"),
]

USER, PASSWORD = "longshore", "s3same"
QUEUES = ("celery", "own")


def give(server: ValkeyServer, granted: list[Right]) -> None:
    words = [right.word for right in granted]
    made = ("ACL", "SETUSER", USER, "reset", "resetchannels", "on", f">{PASSWORD}")
    server.client().execute_command(*made, *words)


@pytest.fixture(scope="module")
def guarded() -> Generator[ValkeyServer]:
    """A server with a user of the least rights."""
    with ValkeyServer() as server:
        give(server, list(rights(QUEUES)))
        yield server


def url_of(server: ValkeyServer) -> str:
    return server.url.replace("://", f"://{USER}:{PASSWORD}@")


def use_everything(shop: Shop) -> None:
    """What a user may do with Celery, on one worker."""
    shop_module = shop.module
    add = shop_module.add
    assert add.delay(1, 2).get(timeout=60) == 3
    assert add.apply_async((1, 2), priority=6).get(timeout=60) == 3
    assert add.apply_async((1, 2), queue="own").get(timeout=60) == 3
    assert add.apply_async((1, 2), countdown=0.2).get(timeout=60) == 3
    work = shop_module.chord([add.s(1, 1), add.s(2, 2)], shop_module.total.s())
    assert work.delay().get(timeout=60) == 6
    assert shop_module.flaky.delay(1).get(timeout=60) == 1
    results = group(add.s(1, 1), add.s(2, 2)).apply_async()
    results.save()
    assert results.get(timeout=60) == [2, 4]
    assert isinstance(shop_module.fail.delay().get(timeout=60, propagate=False), RuntimeError)
    add.apply_async((1, 2), countdown=60).revoke()
    assert shop.app.control.inspect(timeout=30, limit=1).ping()
    watch_events(shop.app)
    shop.app.control.purge()


def watch_events(app: Any) -> None:
    with app.connection() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": lambda event: None})
        receiver.capture(limit=1, timeout=15, wakeup=False)


def use_the_store(url: str) -> None:
    """What the api, the scheduler and the command line ask besides."""
    with Store.from_url(url, StoreSettings(recent_limit=100)) as store:
        store.run(jobs.search())
        store.run(queues.all_status())
        store.run(queues.maintain())
        store.run(tasks.stats("shop.add"))
        store.run(figures())
        store.run(recent("shop.add"))
        store.run(task_names())
        store.run(queues.ring("gone.reply.celery.pidbox"))
        overflow_the_history(store)
        for oldest_first in (True, False):
            page = store.run(dead_letters.page(limit=1, oldest_first=oldest_first))
            store.run(dead_letters.page(cursor=page.cursor, oldest_first=oldest_first))


def overflow_the_history(store: Store) -> None:
    """The recent history is cut when 1,000 jobs more than its limit are in it."""
    for part in ("early", "late"):
        ids = [f"{part}-{number}" for number in range(600)]
        many = [NewJob(task="shop.add", id=one, kwargs={}, queue="own") for one in ids]
        store.run(jobs.post_all([encode(job) for job in many]))


def denials(server: ValkeyServer) -> list[Any]:
    with server.client() as client:
        return [(one["reason"], one["object"]) for one in client.acl_log()]


def rescue_a_job(server: ValkeyServer, shop: Shop) -> None:
    """A worker is killed at work, and another one goes on."""
    with shop.worker("killed", concurrency=1) as killed:
        job = shop.module.ledger.delay("rescued", 2)
        with server.client() as client:
            client.lpush("celery", "no message at all")
        until(lambda: "start rescued" in shop.lines())
        killed.kill()
    with shop.worker("heir", concurrency=1):
        Clock(server).advance(2)
        assert job.get(timeout=60) == "rescued"
    shop.close()


def run_the_engine(server: ValkeyServer, folder: Path) -> list[tuple[bytes, ...]]:
    url = url_of(server)
    with Monitor(server) as monitor:
        for pool in ("prefork", "longshore"):
            shop = Shop(url, folder, transport_options={"lease_seconds": 2})
            with shop.worker(pool, pool=pool, options=("-E", "-Q", "celery,own")):
                use_everything(shop)
            shop.close()
        use_the_store(url)
        with Store.from_url(url.replace("/0", "/1")) as store:
            store.run(ping())
        doctor = CliRunner().invoke(main, ["doctor", url, "--json"])
        rescue_a_job(server, Shop(url, folder, transport_options={"lease_seconds": 2}))
    assert doctor.exit_code == 0, doctor.output
    return monitor.commands


@pytest.fixture(scope="module")
def commands(
    guarded: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[bytes, ...]]:
    """Every command of a whole run under the least rights."""
    return run_the_engine(guarded, tmp_path_factory.mktemp("acl"))


#: The doctor reads the configuration and the default user if it may; redis-py names itself, on
#: servers that take it.
LACKED = ("config|get", "config", "acl|getuser", "acl", "client|setinfo", "client")
HARMLESS = {("command", word) for word in LACKED}


def test_nothing_that_is_needed_is_refused(
    guarded: ValkeyServer, commands: list[tuple[bytes, ...]]
):
    assert commands
    assert set(denials(guarded)) <= HARMLESS


def kinds(commands: list[tuple[bytes, ...]]) -> list[tuple[bytes, ...]]:
    """One command of each kind: its name and the shape of its first keys."""
    seen = {}
    for words in commands:
        shape = tuple(re.sub(rb"[0-9a-f-]{12,}|[0-9.]+", b"#", word[:60]) for word in words[:3])
        seen.setdefault((words[0].lower(), *shape[1:]), words)
    return list(seen.values())


def refused(client: Any, commands: list[tuple[bytes, ...]]) -> int:
    pipeline = client.pipeline(transaction=False)
    for words in commands:
        pipeline.execute_command("ACL", "DRYRUN", USER, *words)
    answers = pipeline.execute(raise_on_error=False)
    return sum(answer not in {b"OK", "OK"} for answer in map(_plain, answers))


def _plain(answer: Any) -> Any:
    return answer if isinstance(answer, bytes | str) else str(answer)


#: What only the scheduler, batches, a return to stock (whose chords count so) and a very long
#: history need.
SELDOM = {"+hsetnx", "+persist", "+exists", "+hexists", "+incrby", "+zcount"}


def touched_by(right: Right, commands: list[tuple[bytes, ...]]) -> list[tuple[bytes, ...]]:
    """The commands that this right may be needed for: of one command, those alone."""
    if not right.word.startswith("+") or right.word.startswith("+@"):
        return commands
    name = right.word[1:].partition("|")[0].lower().encode()
    return [words for words in commands if words[0].lower() == name]


def skip_before_redis_7(server: ValkeyServer) -> None:
    with server.client() as client:
        if client.info("server")["redis_version"].startswith("6."):
            pytest.skip("Redis 6.2 cannot say what a user may do without doing it")


def test_each_right_is_needed(guarded: ValkeyServer, commands: list[tuple[bytes, ...]]):
    skip_before_redis_7(guarded)
    granted = list(rights(QUEUES))
    used = kinds(commands)
    with guarded.client() as client:
        give(guarded, granted)
        usual = {right: refused(client, touched_by(right, used)) for right in granted}
        idle = set()
        for right in granted:
            give(guarded, [other for other in granted if other != right])
            if refused(client, touched_by(right, used)) == usual[right]:
                idle.add(right.word)
        give(guarded, granted)
    assert idle <= SELDOM


def test_a_login_with_less_is_told_what_it_lacks(valkey: ValkeyServer):
    skip_before_redis_7(valkey)
    give(valkey, [right for right in rights(QUEUES) if right.word != "+zadd"])
    done = CliRunner().invoke(main, ["doctor", url_of(valkey), "--json"])
    valkey.client().execute_command("ACL", "DELUSER", USER)
    assert done.exit_code == 2
    assert "refused: zadd" in done.output


def test_a_login_without_scripts_is_refused_in_one_line(valkey: ValkeyServer):
    give(valkey, [right for right in rights(QUEUES) if not right.word.startswith("+eval")])
    with Store.from_url(url_of(valkey)) as store, pytest.raises(BrokerRefused) as refusal:
        store.run(ping())
    valkey.client().execute_command("ACL", "DELUSER", USER)
    assert "\n" not in str(refusal.value)
    assert PASSWORD not in str(refusal.value)


def test_the_printed_line_is_taken_by_a_server(valkey: ValkeyServer):
    options = ["acl", "--prefix", "app*:", "--queue", "celery", "--user", "printed"]
    line = CliRunner().invoke(main, options).output.strip()
    with valkey.client() as client:
        client.execute_command(*line.replace("PASSWORD", "x").split())
        assert client.acl_getuser("printed")["enabled"]
        client.execute_command("ACL", "DELUSER", "printed")
