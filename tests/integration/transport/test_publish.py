"""Publishing through Celery: bounded, once, with one round trip."""

from __future__ import annotations

import pytest
from celery import Celery, exceptions
from kombu.exceptions import OperationalError

from longshore.errors import BrokerUnavailable
from longshore.store import Store, jobs
from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.monitor import Monitor
from support.places import places

#: How long a publish may take; shorter than by default, and how short is tested by `prove`.
DEADLINE_SECONDS = 0.5


@pytest.fixture
def app_of():
    apps = []

    def make(url):
        app = Celery("shop", broker=url, backend=url, set_as_current=False)
        app.conf.broker_transport_options = {"deadline_seconds": DEADLINE_SECONDS}
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.close()


def assert_is_unavailable(app):
    with pytest.raises(OperationalError) as failed:
        app.send_task("shop.add", (1, 2))
    assert isinstance(failed.value, BrokerUnavailable)


def test_a_closed_port(app_of):
    assert_is_unavailable(app_of(f"longshore://127.0.0.1:{free_port()}/0"))


def test_a_server_that_hangs(app_of):
    with ValkeyServer() as server:
        app = app_of(server.url)
        server.pause()
        assert_is_unavailable(app)
        server.resume()
        assert app.send_task("shop.add", (1, 2)).id


def test_a_server_that_hangs_after_a_first_publish(app_of):
    with ValkeyServer() as server:
        app = app_of(server.url)
        app.send_task("shop.add", (1, 2))
        server.pause()
        assert_is_unavailable(app)
        server.resume()


def test_the_password_is_not_in_the_error(app_of):
    app = app_of(f"longshore://:hunter2@127.0.0.1:{free_port()}/0")
    with pytest.raises(OperationalError) as failed:
        app.send_task("shop.add")
    assert "hunter2" not in str(failed.value)


def test_a_published_job_has_its_record_and_place(valkey, app_of):
    result = app_of(valkey.url).send_task("shop.add", (1, 2), queue="q", priority=6)
    with Store.from_url(valkey.url) as store, valkey.client() as client:
        assert store.run(jobs.get(result.id)).priority == 6
        assert places(client, result.id) == ["ready q\x06\x166"]


def test_a_countdown_waits_in_the_store(valkey, app_of):
    result = app_of(valkey.url).send_task("shop.add", countdown=60, queue="q")
    with valkey.client() as client:
        assert places(client, result.id) == ["delayed longshore:delayed:q"]


def test_a_publish_costs_one_command(valkey, app_of):
    app = app_of(valkey.url)
    app.send_task("shop.add", (1, 2))
    with Monitor(valkey) as monitor:
        for _ in range(20):
            app.send_task("shop.add", (1, 2))
    names = [words[0].upper() for words in monitor.commands]
    assert (
        sum(words[0].upper() == b"EVALSHA" and b"shop.add" in words for words in monitor.commands)
        == 20
    )
    assert not {b"SUBSCRIBE", b"SMEMBERS"} & set(names)


def test_whoever_waits_for_a_result_subscribes_then(valkey, app_of):
    app = app_of(valkey.url)
    with valkey.client() as client:
        client.config_resetstat()
        result = app.send_task("shop.add", (1, 2))
        assert "cmdstat_subscribe" not in client.info("commandstats")
        with pytest.raises(exceptions.TimeoutError):
            result.get(timeout=0.1)
        assert client.pubsub_numsub(f"celery-task-meta-{result.id}")[0][1] == 1
    app.backend.result_consumer.stop()
    app.backend.result_consumer._pubsub = None


def test_a_channel_that_closes_gives_back_what_it_took(valkey, app_of):
    app = app_of(valkey.url)
    result = app.send_task("shop.add", (1, 2), queue="q")
    with app.connection_for_read() as connection, valkey.client() as client:
        queue = app.amqp.queues["q"].bind(connection.channel())
        assert queue.get().headers["id"] == result.id
        assert places(client, result.id) == ["claimed"]
        queue.channel.close()
        assert places(client, result.id) == ["ready q"]
