"""What kombu makes of a Sentinel URL, which it cannot parse."""

from __future__ import annotations

import pytest
from celery import Celery

from longshore.broker_url import broker_url_of
from longshore.transport.sentinel import sentinel_url

URL = "longshore+sentinel://:hunter2@a:1,b:2/3?master=m"


@pytest.fixture
def app():
    app = Celery("shop", broker=URL, backend=URL)
    yield app
    app.close()


def test_the_url_is_shown_without_its_password(app):
    shown = app.connection_for_write().as_uri()
    assert shown == "longshore+sentinel://:***@a:1,b:2/3?master=m"
    assert app.backend.as_uri() == shown


def test_a_clone_still_knows_every_sentinel(app):
    clone = app.connection_for_write().clone()
    assert sentinel_url(clone) == URL


def test_the_backend_gets_its_scheme_back(app):
    assert app.backend.url == URL


def test_celerys_tls_setting_reaches_the_sentinels(app):
    app.conf.broker_use_ssl = {"ssl_cert_reqs": "none"}
    assert broker_url_of(app.conf).startswith("longshores+sentinel://")
    assert sentinel_url(app.connection_for_write()).startswith("longshores+sentinel://")


def test_other_brokers_have_no_sentinels():
    app = Celery("shop", broker="longshore://h:1/0")
    assert sentinel_url(app.connection_for_write()) is None
    app.close()
