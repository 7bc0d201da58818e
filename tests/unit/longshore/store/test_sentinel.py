"""Sentinel URLs."""

from __future__ import annotations

import pytest

from longshore.errors import SettingsError
from longshore.store.sentinel import SentinelAddress
from longshore.store.url import redis_url, same_server, shown

URL = "longshore+sentinel://me:p%40ss@a:1,b,[::1]:3/2?master=main&sentinel_password=s3"


def test_a_url_names_sentinels_primary_database_and_logins():
    address = SentinelAddress.parse(URL)
    assert address.sentinels == (("a", 1), ("b", 26379), ("::1", 3))
    assert (address.master, address.db, address.tls) == ("main", 2, None)
    assert address.server_options({})["password"] == "p@ss"
    assert address.sentinel_options({})["password"] == "s3"


def test_both_servers_and_sentinels_speak_tls_when_asked():
    address = SentinelAddress.parse("longshores+sentinel://a?master=m&ssl_cert_reqs=none")
    assert address.server_options({})["ssl_cert_reqs"] == "none"
    assert address.sentinel_options({})["ssl"] is True


def test_asking_hung_sentinels_leaves_time_in_the_deadline():
    address = SentinelAddress.parse("longshore+sentinel://a,b?master=m")
    asked = address.sentinel_options({"socket_timeout": 1.5, "socket_connect_timeout": 1.5})
    assert asked["socket_timeout"] == 0.5


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("longshore+sentinel://a:1/0", r"add \?master=name"),
        ("longshore+sentinel://a:x/0?master=m", "'a:x' is not host or host:port"),
        ("longshore+sentinel:///0?master=m", "is not host"),
        ("longshore+sentinel://a/zero?master=m", "the database is 'zero'"),
    ],
)
def test_a_wrong_url_is_refused_with_its_rule(url, rule):
    with pytest.raises(SettingsError, match=rule):
        SentinelAddress.parse(url)


def test_no_password_is_shown():
    assert "p%40ss" not in shown(URL)
    assert "s3" not in shown(URL)
    assert "p@ss" not in repr(SentinelAddress.parse(URL))


def test_sentinels_are_no_server():
    with pytest.raises(SettingsError, match="names sentinels where a server is needed"):
        redis_url(URL)


def test_the_same_primary_of_the_same_sentinels_is_one_place():
    other = "longshore+sentinel://a:1,b,[::1]:3/2?master=main"
    assert same_server(URL, other)
    assert not same_server(URL, other.replace("main", "other"))
