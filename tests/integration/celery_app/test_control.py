"""What an operator does: revoke, limits, inspect, priorities, purge."""

from __future__ import annotations

import pytest
from celery.exceptions import SoftTimeLimitExceeded, TaskRevokedError, TimeLimitExceeded

from support.until import until

SECONDS = 60


def test_revoke_before_it_runs(shop, arm):
    # The worker is to know of it before it may take the job, however slow the machine.
    result = shop.ledger.apply_async(("revoked",), countdown=0.5, queue="later")
    shop.app.control.revoke(result.id, reply=True, timeout=SECONDS, limit=1)
    shop.app.control.add_consumer("later", reply=True, timeout=SECONDS, limit=1)
    with pytest.raises(TaskRevokedError):
        result.get(timeout=SECONDS)
    assert "start revoked" not in arm.shop.lines()


def test_terminate_while_it_runs(prefork_shop, arm):
    result = prefork_shop.ledger.delay("terminated", 30)
    until(lambda: "start terminated" in arm.shop.lines(), SECONDS)
    result.revoke(terminate=True)
    with pytest.raises(TaskRevokedError):
        result.get(timeout=SECONDS)
    assert "end terminated" not in arm.shop.lines()


def test_hard_time_limit(prefork_shop):
    with pytest.raises(TimeLimitExceeded):
        prefork_shop.too_long.delay().get(timeout=SECONDS)


def test_soft_time_limit(prefork_shop, arm):
    with pytest.raises(SoftTimeLimitExceeded):
        prefork_shop.softly.delay().get(timeout=SECONDS)
    assert "softly tidied" in arm.shop.lines()


def test_ping(shop, arm):
    replies = shop.app.control.inspect(timeout=5, limit=1).ping()
    assert list(replies.values()) == [{"ok": "pong"}]


def test_active_shows_what_runs(prefork_shop, arm):
    result = prefork_shop.gated.delay("active")
    until(lambda: "start active" in arm.shop.lines(), SECONDS)
    inspect = prefork_shop.app.control.inspect(timeout=5, limit=1)
    (running,) = inspect.active().values()
    assert result.id in [job["id"] for job in running]
    arm.shop.open_gate("active")
    result.get(timeout=SECONDS)


def test_stats(shop, arm):
    shop.add.delay(1, 2).get(timeout=SECONDS)
    (stats,) = shop.app.control.inspect(timeout=5, limit=1).stats().values()
    assert stats["total"]
    assert stats["prefetch_count"] > 0


def test_registered_tasks(shop, arm):
    (names,) = shop.app.control.inspect(timeout=5, limit=1).registered().values()
    assert "shop.add" in " ".join(names)


def test_priorities_are_served_in_order(shop, arm):
    high = [f"high {n}" for n in range(4)]
    low = [f"low {n}" for n in range(4)]
    if arm.slots > 1:
        # One slot is left, so that the order of the starts is that of the claims.
        shop.gated.delay("beside")
        until(lambda: "start beside" in arm.shop.lines(), SECONDS)
    for priority, lines in ((9, low), (0, high)):
        for line in lines:
            shop.ledger.apply_async((line,), queue="line", priority=priority)
    shop.app.control.add_consumer("line", reply=True, timeout=5, limit=1)
    until(lambda: {f"end {line}" for line in high + low} <= set(arm.shop.lines()), SECONDS)
    arm.shop.open_gate("beside")
    starts = [line for line in arm.shop.lines() if line in {f"start {one}" for one in high + low}]
    assert [line[6:10] for line in starts] == ["high"] * 4 + ["low "] * 4


def test_rate_limit(shop, arm):
    # A worker of its own: what waits for the limit is held for an hour.
    worker = arm.shop.worker("limited", pool=arm.worker.pool, options=("-Q", "limited"))
    worker.start().wait_until_ready()
    for n in range(6):
        shop.limited.apply_async((n,), queue="limited")

    def begun():
        return len([line for line in arm.shop.lines() if line.startswith("limited ")])

    try:
        if arm.slots > 1:
            # Neither what waits for its limit nor what runs keeps the others from being claimed.
            shop.gated.apply_async(("limited",), queue="limited")
            until(lambda: "start limited" in arm.shop.lines(), SECONDS)
        others = [shop.add.apply_async((n, 1), queue="limited") for n in range(20)]
        assert [other.get(timeout=SECONDS) for other in others] == [*range(1, 21)]
        # One an hour; a pool may share the limit out among its processes: two may start, or none.
        assert begun() <= 2
    finally:
        worker.kill()


def test_purge_empties_a_queue(shop, arm):
    for n in range(3):
        shop.ledger.apply_async((f"purged {n}",), queue="unserved")
    shop.ledger.apply_async(("purged, delayed",), queue="unserved", countdown=3600)
    with shop.app.connection_for_write() as connection:
        queue = shop.app.amqp.queues["unserved"].bind(connection.default_channel)
        assert queue.purge() == 4
        assert queue.purge() == 0
