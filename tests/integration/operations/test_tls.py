"""Jobs over TLS: every connection is encrypted, and certificates are checked."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from celery import Celery

from longshore.envelope import NewJob
from longshore.errors import BrokerError, BrokerRefused, SettingsError
from longshore.store import AsyncStore, Store, jobs
from longshore.store.connection import ping
from longshore.testing.server import ValkeyServer
from longshore.transport.errors import PublishRefused
from support.shop import Shop
from support.tls_front import TLSFront


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_jobs_run_over_tls(tls: TLSFront, tmp_path: Path, pool: str):
    shop = Shop(tls.url, tmp_path, transport_options={"lease_seconds": 2})
    with shop.worker(pool=pool):
        assert shop.module.add.delay(2, 3).get(timeout=60) == 5
        work = shop.module.chord([shop.module.add.s(1, 1)], shop.module.total.s())
        assert work.delay().get(timeout=60) == 2
    shop.close()


def test_a_store_asks_over_tls(tls: TLSFront):
    with Store.from_url(tls.url) as store:
        assert store.run(ping()) > 0

    async def ask() -> float:
        async with AsyncStore.from_url(tls.url) as store:
            return await store.run(ping())

    assert asyncio.run(ask()) > 0


def test_a_certificate_that_cannot_be_verified_is_one_clear_error(tls: TLSFront):
    with (
        Store.from_url(tls.bare_url) as store,
        pytest.raises(BrokerRefused, match=r"certificate cannot be verified: [^\n]+$"),
    ):
        store.run(ping())

    async def ask() -> None:
        async with AsyncStore.from_url(tls.bare_url) as store:
            await store.run(ping())

    with pytest.raises(BrokerRefused, match="certificate cannot be verified"):
        asyncio.run(ask())


def test_a_producer_hears_of_the_certificate(tls: TLSFront):
    app = Celery("shop", broker=tls.bare_url)
    with pytest.raises(PublishRefused, match="certificate cannot be verified"):
        app.send_task("shop.add", (1, 2))
    app.close()


def test_verification_can_be_switched_off_by_name(tls: TLSFront):
    with Store.from_url(f"{tls.bare_url}?ssl_cert_reqs=none") as store:
        assert store.run(ping()) > 0


def test_a_name_that_the_certificate_does_not_have_is_refused(tls: TLSFront):
    url = tls.url.replace("127.0.0.1", "localhost")
    with Store.from_url(url) as store, pytest.raises(BrokerRefused, match="verified"):
        store.run(ping())


def test_a_client_certificate_is_shown(mutual_tls: TLSFront):
    certificate = mutual_tls.client_certificate
    with Store.from_url(f"{mutual_tls.url}&ssl_certfile={certificate}") as store:
        assert store.run(ping()) > 0


def test_a_client_without_a_certificate_gets_nowhere(mutual_tls: TLSFront):
    # TLS 1.3 refuses after the handshake: whether the reason arrives is a matter of chance
    with Store.from_url(mutual_tls.url) as store, pytest.raises(BrokerError):
        store.run(ping())


def test_celerys_own_settings_say_how(mutual_tls: TLSFront, valkey: ValkeyServer):
    options = {
        "ssl_ca_certs": str(mutual_tls.ca_certs),
        "ssl_certfile": str(mutual_tls.client_certificate),
        "ssl_cert_reqs": ssl.CERT_REQUIRED,
    }
    app = Celery("shop", broker=mutual_tls.bare_url, backend=mutual_tls.bare_url)
    app.conf.update(broker_use_ssl=options, redis_backend_use_ssl=options)
    result = app.send_task("shop.add", (1, 2))
    assert app.backend.client.ping()
    with Store.from_url(valkey.url) as behind:
        assert behind.run(jobs.get(result.id)).task == "shop.add"
    assert app.backend.broker_store.run(ping()) > 0
    app.backend.broker_store.close()
    app.backend.result_consumer.stop()
    app.backend.client.close()
    app.close()


def test_celerys_setting_encrypts_a_url_that_does_not_ask_for_it(tls: TLSFront):
    clear = tls.bare_url.replace("longshores", "longshore")
    app = Celery("shop", broker=clear)
    app.conf.broker_use_ssl = True
    with pytest.raises(PublishRefused, match="certificate cannot be verified"):
        app.send_task("shop.add", (1, 2))
    app.close()


def test_a_file_that_is_not_there_is_named_before_anything_connects():
    with pytest.raises(SettingsError, match="ssl_ca_certs is /nowhere"):
        Store.from_url("longshores://127.0.0.1:1/0?ssl_ca_certs=/nowhere/ca.pem")


def test_a_job_is_accepted_over_tls(tls: TLSFront):
    with Store.from_url(tls.url) as store:
        accepted = store.run(jobs.enqueue(NewJob(task="shop.add", id="a", kwargs={}, queue="q")))
        assert accepted.created
