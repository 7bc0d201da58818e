"""What callers say in seconds from now is kept beside what Celery makes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from celery import Celery

from longshore.relative_times import DELAY, EXPIRES_IN
from longshore.transport.publishing import post_of
from support.fresh_interpreter import FreshInterpreters

MOMENT = datetime(2030, 1, 1, tzinfo=UTC)


def headers(broker: str = "longshore://127.0.0.1:1/0", **said: Any) -> dict[str, Any]:
    app = Celery("shop", broker=broker, set_as_current=False)
    made: dict[str, Any] = app.amqp.create_task_message("id", "shop.add", (), {}, **said).headers
    return made


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"countdown": 2, "expires": 60}, {DELAY: 2.0, EXPIRES_IN: 60.0}),
        ({"countdown": 0.5}, {DELAY: 0.5}),
        ({"expires": 0}, {EXPIRES_IN: 0.0}),
        ({"countdown": 0}, {}),
        ({"eta": MOMENT, "expires": MOMENT}, {}),
        ({}, {}),
    ],
)
def test_seconds_are_kept_and_times_are_not_made_seconds(
    said: dict[str, Any], kept: dict[str, float]
) -> None:
    found = headers(**said)
    assert {name: found[name] for name in (DELAY, EXPIRES_IN) if name in found} == kept


def test_messages_for_other_brokers_are_celerys() -> None:
    assert DELAY not in headers("redis://127.0.0.1:1/0", countdown=2)


def message(made: dict[str, Any]) -> dict[str, Any]:
    return {"headers": made, "properties": {"delivery_tag": "tag"}, "body": ""}


def test_the_post_has_seconds_or_a_time_and_the_message_keeps_neither_header() -> None:
    post = post_of(message(headers(countdown=2, expires=60)), "celery", "celery", 0)
    assert (post.delay_seconds, post.due_at) == (2.0, None)
    assert (post.expires_in_seconds, post.expires_at) == (60.0, None)
    assert DELAY not in str(post.raw)
    assert EXPIRES_IN not in str(post.raw)
    post = post_of(message(headers(eta=MOMENT, expires=MOMENT)), "celery", "celery", 0)
    assert (post.delay_seconds, post.due_at) == (None, MOMENT.timestamp())
    assert (post.expires_in_seconds, post.expires_at) == (None, MOMENT.timestamp())


FIRST = """
from celery import Celery
app = Celery("shop", broker="longshore://127.0.0.1:1/0")
print(app.amqp.create_task_message("id", "shop.add", (), {}, expires=60).headers["%s"])
"""


def test_the_first_message_of_a_process_keeps_them_too(
    fresh_interpreter: FreshInterpreters,
) -> None:
    """Before anything has resolved the URL of its broker."""
    done = fresh_interpreter.run(FIRST % EXPIRES_IN)
    assert (done.stdout.strip(), done.stderr) == ("60.0", "")
