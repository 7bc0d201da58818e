"""An enqueue that replicas must confirm."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace

import psutil
import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from longshore.errors import BrokerUnavailable
from longshore.store import AsyncStore, Store, StoreSettings, jobs, run_in_turn, schedules
from longshore.store.acl import rights
from longshore.store.connection import ping
from longshore.testing.sentinel import is_following, replica_of
from longshore.testing.server import ValkeyServer
from support.monitor import Monitor
from support.until import until

SETTINGS = StoreSettings(deadline_seconds=60, replicas_to_confirm=1, breaker_seconds=3600)
UNCONFIRMED = "accepted .*enqueue, but 0 of 1 replicas confirmed it.*; repeating it"

Runs = Callable[..., object]


@pytest.fixture(scope="module")
def servers() -> Generator[tuple[ValkeyServer, ValkeyServer]]:
    with ValkeyServer() as primary, replica_of(primary) as replica:
        until(lambda: is_following(replica))
        yield primary, replica


@pytest.fixture
def primary(servers: tuple[ValkeyServer, ValkeyServer]) -> ValkeyServer:
    servers[0].flush()
    return servers[0]


@pytest.fixture
def replica(servers: tuple[ValkeyServer, ValkeyServer]) -> Generator[ValkeyServer]:
    yield servers[1]
    servers[1].resume()


@contextmanager
def waits_cut_short(primary: ValkeyServer, paused: ValkeyServer | None = None) -> Generator[None]:
    """Let every WAIT time out as soon as it waits, in place of half a deadline later.

    With a ``paused`` replica only while it is stopped: once it goes on, it confirms.
    """
    ended = threading.Event()

    def hopeless() -> bool:
        return paused is None or psutil.Process(paused.pid).status() == psutil.STATUS_STOPPED

    def unblock() -> None:
        with primary.client() as client:
            while not ended.wait(0.005):
                for row in client.client_list():
                    if row["cmd"] == "wait" and "b" in row["flags"] and hopeless():
                        client.client_unblock(int(row["id"]))

    thread = threading.Thread(target=unblock, name="waits-cut-short")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture
def waits_end(primary: ValkeyServer) -> Generator[None]:
    with waits_cut_short(primary):
        yield


@pytest.fixture
def paused(primary: ValkeyServer, replica: ValkeyServer) -> Generator[ValkeyServer]:
    """A replica that hangs; its primary takes it for well for a minute."""
    replica.pause()
    with waits_cut_short(primary, replica):
        yield replica


def blocking(url: str, call, settings: StoreSettings = SETTINGS):
    with Store.from_url(url, settings) as store:
        return store.run(call)


def awaited(url: str, call, settings: StoreSettings = SETTINGS):
    async def run():
        async with AsyncStore.from_url(url, settings) as store:
            return await store.run(call)

    return asyncio.run(run())


@pytest.fixture(params=[blocking, awaited])
def run(request) -> Runs:
    return request.param


def held_by(replica: ValkeyServer) -> set[str]:
    with replica.client() as client:
        return {key.decode().split(":")[-1] for key in client.keys("longshore:job:*")}


def waiting(primary: ValkeyServer) -> int:
    with primary.client() as client:
        return client.llen("q")


def test_what_was_accepted_is_on_the_replica(primary, replica, run, new_job):
    for made in (new_job(id="a"), new_job(id="b")):
        assert run(primary.url, jobs.enqueue(made)).created
        assert made.id in held_by(replica)


def test_a_batch_is_confirmed_as_a_whole(primary, replica, run, new_job):
    made = [new_job() for _ in range(20)]
    assert all(one.created for one in run(primary.url, jobs.enqueue_all(made)))
    assert held_by(replica) == {one.id for one in made}


@pytest.mark.parametrize("forgotten", ["both scripts", "the mark"])
def test_a_server_that_knows_no_script_is_told(primary, run, new_job, forgotten):
    primary.ask("SCRIPT", "FLUSH")
    if forgotten == "the mark":
        blocking(primary.url, jobs.enqueue(new_job()), StoreSettings())
    assert run(primary.url, jobs.enqueue(new_job())).created


def test_the_server_waits_for_no_longer_than_half_the_deadline(primary, paused, run, new_job):
    with Monitor(primary) as monitor, pytest.raises(BrokerUnavailable, match=UNCONFIRMED):
        run(primary.url, jobs.enqueue(new_job()))
    waits = {words for words in monitor.commands if words[0].upper() == b"WAIT"}
    assert waits == {(b"WAIT", b"1", b"30000")}


def test_repeating_the_same_id_is_one_job(primary, paused, run, new_job):
    job = jobs.enqueue(new_job())
    with pytest.raises(BrokerUnavailable, match=UNCONFIRMED):
        run(primary.url, job)
    paused.resume()
    assert not run(primary.url, job).created
    assert held_by(paused) == {"job-1"}
    assert waiting(primary) == 1


def test_a_repeated_enqueue_is_not_confirmed_for_having_nothing_to_write(
    primary, paused, run, new_job
):
    job = jobs.enqueue(new_job())
    for _ in range(2):
        with pytest.raises(BrokerUnavailable, match=UNCONFIRMED):
            run(primary.url, job)
    assert waiting(primary) == 1


def test_a_slot_of_the_schedule_waits_too(primary, paused, run, new_job):
    slot = schedules.enqueue("mine", "nightly", 100.0, None, new_job())
    blocking(primary.url, schedules.lead("mine", "host"))
    for _ in range(2):
        with pytest.raises(BrokerUnavailable, match=UNCONFIRMED):
            run(primary.url, slot)
    paused.resume()
    assert not run(primary.url, slot)
    assert waiting(primary) == 1


def test_each_of_many_calls_is_confirmed_or_fails_by_itself(primary, replica, new_job):
    with Store.from_url(primary.url, SETTINGS) as store, waits_cut_short(primary):

        def calls():
            yield jobs.enqueue_all([new_job(id="a")])
            yield jobs.enqueue_all([new_job(id="b")])
            replica.pause()
            yield jobs.enqueue_all([new_job(id="c")])

        first, *_, last = run_in_turn(store, calls())
    assert [one.job_id for one in first] == ["a"]
    assert isinstance(last, BrokerUnavailable)


def test_too_few_replicas_is_no_reason_to_stop_asking(primary, paused, new_job):
    with Store.from_url(primary.url, SETTINGS) as store:
        with pytest.raises(BrokerUnavailable, match=UNCONFIRMED):
            store.run(jobs.enqueue(new_job()))
        assert store.run(ping()) > 0
        assert not store.breaker.is_open


def test_more_replicas_than_there_are(primary, replica, waits_end, run, new_job):
    settings = replace(SETTINGS, replicas_to_confirm=2)
    with pytest.raises(BrokerUnavailable, match=r"[01] of 2 replicas confirmed"):
        run(primary.url, jobs.enqueue(new_job()), settings)


def test_celery_hears_of_it_and_repeats_the_same_job(primary, paused):
    options = {"replicas_to_confirm": 1, "deadline_seconds": 60}
    with Celery("shop", broker=primary.url, set_as_current=False) as app:
        app.conf.broker_transport_options = options
        with pytest.raises(OperationalError, match=UNCONFIRMED):
            app.send_task("shop.add", task_id="a", queue="q", retry=False)
        paused.resume()
        app.send_task("shop.add", task_id="a", queue="q", retry=False)
    assert held_by(paused) == {"a"}
    assert waiting(primary) == 1


def test_by_default_nothing_waits_for_a_replica(primary, paused, run, new_job):
    assert run(primary.url, jobs.enqueue(new_job()), StoreSettings()).created


@pytest.fixture
def login(primary: ValkeyServer) -> Generator[Callable[[bool], str]]:
    """The URL of a user with the least rights."""

    def give(replicas: bool) -> str:
        granted = rights(["q"], replicas=replicas)
        words = ["on", ">secret", *(right.word for right in granted)]
        with primary.client() as client:
            client.execute_command("ACL", "SETUSER", "me", "reset", "resetchannels", *words)
        return primary.url.replace("://", "://me:secret@")

    yield give
    primary.ask("ACL", "DELUSER", "me")


def test_the_right_to_wait_is_enough(primary, replica, run, login, new_job):
    assert run(login(True), jobs.enqueue(new_job())).created


def test_a_login_that_may_not_wait_is_told_so(primary, replica, run, login, new_job):
    with pytest.raises(BrokerUnavailable, match=r"0 of 1 .*(?i:permissions).*; repeating"):
        run(login(False), jobs.enqueue(new_job()))


def test_the_mark_stands_in_the_apps_own_space(primary, replica, run, new_job):
    settings = StoreSettings(replicas_to_confirm=1, key_prefix="p:")
    run(primary.url, jobs.enqueue(new_job()), settings)
    with primary.client() as client:
        assert client.get("p:longshore:mark") == b"1"
        assert all(key.startswith(b"p:") for key in client.scan_iter())
