"""Which broker an app means; several of ours are refused, whichever way they are written."""

from __future__ import annotations

import pytest
from celery import Celery

from longshore.broker_url import broker_url_of
from longshore.errors import SettingsError
from longshore.worker.setup import is_longshore


def conf(broker):
    app = Celery("app", set_as_current=False)
    app.conf.broker_url = broker
    return app.conf


@pytest.mark.parametrize(
    "broker",
    [
        "longshore://one/0;longshore://two/0",
        ["longshore://one/0", "longshore://two/0"],
        "redis://one/0;longshore://two/0",
        "longshore+sentinel://:secret@one:26379;longshore+sentinel://:secret@two:26379",
    ],
)
def test_several_brokers_are_refused_without_their_secrets(broker):
    with pytest.raises(SettingsError, match="names 2 brokers") as refusal:
        broker_url_of(conf(broker))
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("broker", "expected"),
    [
        ("longshore://one/0", "longshore://one/0"),
        ("longshore://one/0;", "longshore://one/0"),
        (["longshore://one/0"], "longshore://one/0"),
        ("amqp://one;amqp://two", "amqp://one"),
    ],
)
def test_one_broker_is_taken_and_others_are_left_to_celery(broker, expected):
    assert broker_url_of(conf(broker)) == expected


def test_a_worker_is_ours_when_one_of_its_brokers_is():
    app = Celery("app", set_as_current=False)
    app.conf.broker_url = ["redis://one", "longshore://two"]
    assert is_longshore(app)
