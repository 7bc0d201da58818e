"""Settings and calls of Celery's that mean the same on every pool."""

from __future__ import annotations

import pytest

from support.until import until

SECONDS = 30


@pytest.mark.parametrize("compression", ["gzip", "bzip2"])
def test_a_compressed_job_runs(shop, compression):
    result = shop.add.apply_async((20, 22), compression=compression)
    assert result.get(timeout=SECONDS) == 42


def test_a_compressed_job_is_retried(shop):
    result = shop.flaky.apply_async((1,), {"countdown": 0}, compression="gzip")
    assert result.get(timeout=SECONDS) == 1


@pytest.mark.parametrize("options", [{"serializer": "pickle"}, {"headers": {"compression": "zip"}}])
def test_who_waits_for_a_job_that_cannot_be_read_learns_of_it(shop, arm, options):
    if arm.name.startswith("redis"):
        pytest.skip("stock Celery drops such a message, and its result stays pending")
    result = shop.add.apply_async((20, 22), **options)
    until(lambda: result.state == "FAILURE", SECONDS)
    assert shop.add.delay(1, 2).get(timeout=SECONDS) == 3


def test_an_error_may_be_kept_where_results_are_not(shop):
    failed = shop.quiet_unless_it_fails.delay(True)
    until(lambda: failed.state == "FAILURE", SECONDS)
    assert str(failed.result) == "kept all the same"


def test_a_result_is_not_kept_where_only_errors_are(shop):
    ignored = shop.quiet_unless_it_fails.delay(False)
    assert shop.add.delay(1, 2).get(timeout=SECONDS) == 3
    assert ignored.state == "PENDING"


def test_a_plain_revoke_lets_a_running_job_end(shop, arm):
    line = f"revoked on {arm.name}"
    result = shop.gated.delay(line)
    until(lambda: f"start {line}" in arm.shop.lines(), SECONDS)
    shop.app.control.revoke(result.id, reply=True, timeout=SECONDS, limit=1)
    assert result.state != "REVOKED"
    arm.shop.open_gate(line)
    assert result.get(timeout=SECONDS) == line
