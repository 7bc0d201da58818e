"""Broker URLs."""

from __future__ import annotations

import pytest

from longshore.errors import SettingsError
from longshore.store.url import redis_url, same_server, shown


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("longshore://h:1/2", "redis://h:1/2"),
        ("longshores://h/0?ssl_cert_reqs=none", "rediss://h/0?ssl_cert_reqs=none"),
        ("redis://u:p@h", "redis://u:p@h"),
        ("longshore+socket:///run/valkey.sock", "unix:///run/valkey.sock"),
    ],
)
def test_a_url_as_the_client_spells_it(url, expected):
    assert redis_url(url) == expected


@pytest.mark.parametrize("url", ["amqp://h", "h:6379", ""])
def test_another_scheme_is_refused_with_those_that_work(url):
    with pytest.raises(SettingsError, match="use one of longshore://"):
        redis_url(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("longshore://:hunter2@h:1/0", "longshore://:***@h:1/0"),
        ("redis://me:hunter2@h", "redis://me:***@h"),
        ("redis://me:hunt%40er2@h", "redis://me:***@h"),
        ("redis://me@h", "redis://me@h"),
        ("redis://h:1", "redis://h:1"),
    ],
)
def test_a_password_is_not_shown(url, expected):
    assert shown(url) == expected


def test_a_refused_url_does_not_tell_its_password():
    with pytest.raises(SettingsError) as refused:
        redis_url("amqp://me:hunter2@h")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("redis://h", "longshore://h:6379/0", True),
        ("redis://:p@h/1", "longshore://h/1", True),
        ("redis://h/0", "redis://h/1", False),
        ("redis://h:1", "redis://h:2", False),
        ("redis://a", "redis://b", False),
    ],
)
def test_whether_two_urls_are_one_database(one, other, same):
    assert same_server(one, other) is same
