"""Connections are cut while a chord's member stores its result: the body runs, once."""

from __future__ import annotations

import pytest
from celery import chord

from longshore.store import Store, jobs
from longshore.store.scripts import load
from support.front import Front
from support.shop import Shop

QUICK = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@pytest.mark.parametrize("pool", ["prefork", "threads", "solo", "longshore", "longshore-threads"])
@pytest.mark.parametrize(
    "command", [b"GET", load("put_result").sha.encode()], ids=["read", "write"]
)
def test_a_reply_that_is_cut_off_from_a_member_loses_no_body(valkey, tmp_path, pool, command):
    with (
        Front(valkey.port, unanswered=b"\r\n%s\r\n" % command, cuts=True) as front,
        Store.from_url(valkey.url) as store,
    ):
        url = f"longshore://127.0.0.1:{front.port}/0"
        shop = Shop(valkey.url, tmp_path, more={"SHOP_BROKER": url, "SHOP_BACKEND": url})
        with shop.worker(pool=pool, concurrency=1, options=QUICK):
            header = [shop.module.add.s(1, 2), shop.module.add.s(3, 4)]
            body = chord(header)(shop.module.total.s())
            assert body.get(timeout=60) == 10
            assert store.run(jobs.get(body.id)).deliveries == 1
        shop.close()
    assert front.has_cut
