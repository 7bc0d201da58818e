"""What the engine relies on in kombu 5.7; when kombu changes, these say where to look."""

from __future__ import annotations

import inspect
from importlib.metadata import entry_points

import kombu
import pytest
from kombu import Connection, Exchange, Producer, Queue
from kombu.transport import memory, virtual
from kombu.transport import redis as kombu_redis

from longshore.envelope import PRIORITY_STEPS, list_of


def test_the_plug_in_group_is_read_before_a_celery_app_needs_its_broker(fresh_interpreter):
    assert "longshore" in {point.name for point in entry_points(group="kombu.serializers")}
    program = """
from celery import Celery
print(Celery(broker="longshore://h").connection().get_transport_cls().driver_name)
"""
    assert fresh_interpreter.run(program).stdout.strip() == "longshore"


def test_the_scheme_leads_to_the_transport():
    with Connection("longshore://127.0.0.1:1/0") as connection:
        assert connection.get_transport_cls().driver_name == "longshore"


class FlakyChannel(memory.Channel):
    """Loses its first publish, as a broken connection would."""

    seen: list[dict]

    def _put(self, queue, message, **options):
        self.seen.append(message["headers"])
        message["headers"].setdefault("nonce", len(self.seen))
        if len(self.seen) == 1:
            raise ConnectionResetError("gone")
        super()._put(queue, message, **options)


class FlakyTransport(memory.Transport):
    Channel = FlakyChannel
    connection_errors = (ConnectionResetError,)
    recoverable_connection_errors = (ConnectionResetError,)


def test_a_repeated_publish_carries_the_same_headers():
    FlakyChannel.seen = []
    queue = Queue("q", Exchange("q"), routing_key="q")
    with Connection(transport=FlakyTransport) as connection, connection.channel() as channel:
        policy = {"max_retries": 2, "interval_start": 0, "interval_max": 0}
        Producer(channel).publish(
            {},
            exchange=queue.exchange,
            routing_key="q",
            declare=[queue],
            headers={"id": "1"},
            retry=True,
            retry_policy=policy,
        )
    assert [headers["nonce"] for headers in FlakyChannel.seen] == [1, 1]


def test_consuming_goes_through_the_two_hooks_that_claiming_replaces():
    channel = kombu_redis.Channel
    assert set(inspect.signature(channel._brpop_start).parameters) == {"self", "timeout"}
    assert "options" in inspect.signature(channel._brpop_read).parameters
    assert (channel._in_poll, channel._brpop_sent_at) == (False, None)
    for name in ("_q_for_pri", "_flush_brpop_reauth", "_get_message_priority", "_lookup"):
        assert callable(getattr(channel, name))


class RecordingQoS(virtual.QoS):
    acked: list[str]

    def ack(self, delivery_tag):
        self.acked.append(delivery_tag)
        super().ack(delivery_tag)


class RecordingChannel(memory.Channel):
    QoS = RecordingQoS


class RecordingTransport(memory.Transport):
    Channel = RecordingChannel


def test_an_acknowledgement_reaches_the_qos_of_a_closed_channel():
    RecordingQoS.acked = []
    with Connection(transport=RecordingTransport) as connection:
        with connection.SimpleQueue("acked") as line:
            line.put("x")
            message = line.get(timeout=1)
            message.channel.close()
            message.ack()
        assert RecordingQoS.acked == [message.delivery_tag]


@pytest.mark.parametrize("priority", range(10))
def test_priorities_have_the_lists_that_the_engine_names(priority):
    step = max(step for step in PRIORITY_STEPS if step <= priority)
    expected = f"q{kombu_redis.Channel.sep}{step}" if step else "q"
    assert list_of("q", priority) == expected
    assert tuple(kombu_redis.PRIORITY_STEPS) == PRIORITY_STEPS


def test_this_is_the_kombu_that_was_read():
    assert kombu.__version__.startswith("5.7.")
