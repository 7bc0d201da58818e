"""On RabbitMQ: what has been accepted is held by it, once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from longshore.envelope import NewJob, encode, idempotent_id
from longshore.errors import (
    BrokerError,
    BrokerRefused,
    BrokerUnavailable,
    NotOnThisBroker,
    UnknownJob,
)
from longshore.ids import new_id
from longshore.rabbitmq.letter import letter
from longshore.rabbitmq.publisher import Publisher
from longshore.rabbitmq.stores import RabbitStore
from longshore.rabbitmq.topology import DEAD_LETTERS, DEAD_NOTES
from longshore.records import JobState
from longshore.store import Store, StoreSettings, jobs, queues
from longshore.store.entrusted import UNCONFIRMED_SECONDS, confirm
from longshore.testing.ports import free_port
from longshore.testing.rabbit import RabbitServer
from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.front import Front
from support.processes import WATCH
from support.rabbit import Harbour
from support.until import until

pytestmark = pytest.mark.xdist_group(name="rabbitmq")
Start = Callable[..., CeleryWorker]
DEAD_QUEUES = (DEAD_LETTERS, DEAD_NOTES)


def test_a_delayed_job_waits_and_is_not_early(port: Harbour, start: Start) -> None:
    start()
    job_id = port.enqueue("sail", delay_seconds=1.0)
    assert port.record(job_id).state is JobState.SCHEDULED

    record = port.ends_as(JobState.SUCCEEDED, job_id)

    assert record.due_at is not None
    assert record.started_at is not None
    assert record.started_at >= record.due_at


def test_the_same_id_again_is_the_same_job(port: Harbour, start: Start) -> None:
    job_id = idempotent_id("harbour.load", "order-17")
    first = port.enqueue("sail", id=job_id, unique=True)
    again = port.enqueue("sail", id=job_id, unique=True)
    assert (first, again, port.waiting(port.queue)) == (job_id, job_id, 1)
    start()

    port.ends_as(JobState.SUCCEEDED, job_id)

    assert port.lines() == ["sail 1 1"]


def test_the_same_id_twice_in_one_call_is_published_once(port: Harbour) -> None:
    job = NewJob(
        task="harbour.load", id="order-19", kwargs={"fate": "sail"}, queue=port.queue, unique=True
    )

    answers = port.store.run(jobs.enqueue_all([job, job]))

    assert [answer.created for answer in answers] == [True, False]
    assert port.waiting(port.queue) == 1


def test_a_full_queue_refuses_and_nothing_is_left_of_the_job(port: Harbour) -> None:
    port.enqueue("sail")
    port.server.control(
        *("set_policy", "full", port.queue, '{"max-length": 1}', "--apply-to", "queues")
    )

    job_id = until(lambda: _refused(port))

    with pytest.raises(UnknownJob):
        port.record(job_id)


def _refused(port: Harbour) -> str:
    """The id of a job that was refused; empty when it was taken."""
    job_id = new_id()
    try:
        port.enqueue("sail", id=job_id)
    except BrokerRefused:
        return job_id
    return ""


def test_a_cancelled_job_is_passed_over_though_no_worker_was_up(
    port: Harbour, start: Start
) -> None:
    unwanted = port.enqueue("sail", fields={"name": "unwanted"})
    assert port.store.run(jobs.cancel(unwanted)) is JobState.CANCELLED
    wanted = port.enqueue("sail", fields={"name": "wanted"})
    start()

    port.ends_as(JobState.SUCCEEDED, wanted)

    until(lambda: port.waiting(port.queue) == 0)
    assert port.lines() == ["wanted 1 1"]
    assert port.record(unwanted).state is JobState.CANCELLED


def test_what_needs_the_engines_queues_is_refused_with_advice(port: Harbour) -> None:
    with pytest.raises(NotOnThisBroker, match="stop the workers of the queue"):
        port.store.run(queues.pause(port.queue))


def test_an_enqueue_that_rabbitmq_did_not_confirm_is_made_again(
    rabbitmq_server: RabbitServer, valkey: ValkeyServer, tmp_path: Path
) -> None:
    front = Front(rabbitmq_server.port, port=free_port())
    url, queue = f"amqp://guest:guest@127.0.0.1:{front.port}//", f"harbour-{new_id()}"
    settings = StoreSettings(max_deliveries=3, deadline_seconds=0.5)
    with (
        RabbitStore.beside(url, [queue], valkey.url, settings) as store,
        valkey.client() as client,
    ):
        port = Harbour(rabbitmq_server, valkey, tmp_path, queue, store, url)
        with pytest.raises(BrokerUnavailable):
            port.enqueue("sail", id="order-18", unique=True)
        assert 0 < client.ttl("longshore:job:order-18") <= UNCONFIRMED_SECONDS
        with front:
            until(lambda: _accepted(port, "order-18"))
            assert port.waiting(queue) == 1
            assert client.ttl("longshore:job:order-18") == -1


def _accepted(port: Harbour, job_id: str) -> bool:
    try:
        return bool(port.enqueue("sail", id=job_id, unique=True))
    except BrokerUnavailable:
        return False


@pytest.mark.parametrize("answers_after", [0.05, 0.1])
def test_a_rabbitmq_that_answers_slowly_is_connected_to_over_several_calls(
    rabbitmq_server: RabbitServer, answers_after: float
) -> None:
    names = [f"slow-{new_id()}" for _ in range(3)]
    with Front(rabbitmq_server.port, answers_after=answers_after) as front:
        url = f"amqp://guest:guest@127.0.0.1:{front.port}//"
        with closing(Publisher(url, names, max_deliveries=3, deadline_seconds=0.4)) as publisher:
            assert not _is_published(publisher, names[0])
            until(lambda: _is_published(publisher, names[0]))


def _publish(publisher: Publisher, queue: str) -> None:
    job = NewJob(task="harbour.load", id=new_id(), kwargs={}, queue=queue)
    publisher.publish([letter(encode(job))])


def _is_published(publisher: Publisher, queue: str) -> bool:
    try:
        _publish(publisher, queue)
    except BrokerUnavailable:
        return False
    return True


def test_a_confirm_leaves_alone_what_a_worker_has_taken_up(valkey: ValkeyServer) -> None:
    job = NewJob(task="harbour.load", id="known", kwargs={}, queue="harbour")
    with Store.from_url(valkey.url) as store:
        store.run(jobs.enqueue(job))
        store.run(confirm(["known", "unknown"], held=False))
        assert store.run(jobs.get("known")).state is JobState.QUEUED


def test_nothing_is_lost_when_rabbitmq_is_killed(port: Harbour, start: Start) -> None:
    held = port.enqueue("moor")
    waiting = [port.enqueue("sail", fields={"name": f"n{n}"}) for n in range(20)]
    start()
    until(lambda: port.lines() == ["moor 1 1"])
    _kill(port)
    port.release()
    until(lambda: _accepted(port, "later"))

    for job_id in (held, *waiting, "later"):
        port.ends_as(JobState.SUCCEEDED, job_id, 60)

    assert {f"n{n}" for n in range(20)} <= {line.split()[0] for line in port.lines()}


def _kill(port: Harbour) -> None:
    """Kill the node and start it again, with everything that it has confirmed."""
    until(lambda: port.server.would_remember(port.queue, *DEAD_QUEUES))
    port.server.kill()
    with WATCH.sharing():
        port.server.start()


@pytest.mark.torture
@pytest.mark.timeout(300)
def test_nothing_is_lost_when_rabbitmq_is_killed_under_load(port: Harbour, start: Start) -> None:
    start(concurrency=2)
    accepted: list[str] = []
    stop = threading.Event()
    load = threading.Thread(target=_post_until, args=(port, accepted, stop))
    load.start()
    try:
        until(lambda: len(accepted) > 100, 30)
        _kill(port)
        before = len(accepted)
        until(lambda: len(accepted) > before + 100, 60)
    finally:
        stop.set()
        load.join()
    until(lambda: _unfinished(port, accepted) == [], 60)


def _post_until(port: Harbour, accepted: list[str], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            accepted.append(port.enqueue("sail", fields={"name": f"n{len(accepted)}"}))
        except BrokerError:
            time.sleep(0.1)


def _unfinished(port: Harbour, accepted: list[str]) -> list[str]:
    return [one for one in accepted if port.record(one).state is not JobState.SUCCEEDED]
