"""A job's message on RabbitMQ is the one that it is on Redis."""

from __future__ import annotations

import json
import time

from longshore.envelope import NewJob, encode
from longshore.rabbitmq.letter import Letter, letter
from longshore.rabbitmq.topology import queue_of


def written(**wishes: float) -> Letter:
    job = NewJob(task="shop.add", id="job-1", kwargs={"a": 2}, queue="eu.normal", **wishes)
    return letter(encode(job))


def test_body_headers_and_id_are_celerys() -> None:
    message = written()

    assert json.loads(message.body)[:2] == [[], {"a": 2}]
    assert message.content_type == "application/json"
    assert (message.headers["id"], message.headers["task"]) == ("job-1", "shop.add")
    assert message.properties == {"correlation_id": "job-1", "delivery_mode": 2}


def test_a_job_that_is_due_goes_to_its_queue() -> None:
    for message in (written(), written(delay_seconds=0), written(due_at=time.time() - 60)):
        assert (message.exchange, message.routing_key) == ("longshore", "eu.normal")
        assert not message.delayed


def test_a_delay_is_rounded_up_so_that_no_job_is_early() -> None:
    message = written(delay_seconds=4.2)

    assert message.delayed
    assert message.exchange == "celery_delayed_27"
    bits, queue = message.routing_key.split(".")[:28], queue_of(message.routing_key)
    assert int("".join(bits), 2) == 5
    assert queue == "eu.normal"


def test_a_moment_counts_from_now() -> None:
    bits = written(due_at=time.time() + 59.5).routing_key.split(".")[:28]

    assert int("".join(bits), 2) == 60


def test_a_routing_key_without_a_delay_is_the_queue() -> None:
    assert queue_of("eu.normal") == "eu.normal"
    assert queue_of("") == ""
