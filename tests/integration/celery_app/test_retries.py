"""Tasks that try again."""

from __future__ import annotations

import pytest

from support.until import until

SECONDS = 60


def test_retry_with_countdown_runs_until_it_succeeds(shop, arm):
    result = shop.flaky.delay(2)
    assert result.get(timeout=SECONDS) == 2
    mine = [line for line in arm.shop.lines() if line.startswith(f"flaky {result.id}")]
    assert mine == [f"flaky {result.id} {n}" for n in range(3)]


def test_a_retry_is_seen_while_it_waits(shop):
    result = shop.flaky.delay(1, countdown=60)
    until(lambda: result.state == "RETRY", SECONDS)
    assert isinstance(result.result, Exception)
    result.revoke()


def test_retries_end_with_the_error_of_the_task(shop, arm):
    result = shop.flaky.delay(99, countdown=0)
    with pytest.raises(ValueError, match="not yet"):
        result.get(timeout=SECONDS)
    mine = [line for line in arm.shop.lines() if line.startswith(f"flaky {result.id}")]
    assert len(mine) == 6


def test_autoretry_ends_with_the_error_of_the_task(shop, arm):
    before = arm.shop.lines().count("auto")
    with pytest.raises(ConnectionError, match="other side"):
        shop.auto.delay(True).get(timeout=SECONDS)
    assert arm.shop.lines().count("auto") - before == 4


def test_autoretry_is_not_needed_by_what_succeeds(shop):
    assert shop.auto.delay(False).get(timeout=SECONDS) == "ok"


def test_replace_runs_the_other_task_under_the_same_id(shop):
    assert shop.replaced.delay(20, 22).get(timeout=SECONDS) == 42


def test_a_rejected_job_ends_as_failed(shop):
    result = shop.rejecting.delay()
    until(lambda: result.state == "FAILURE", SECONDS)


def test_a_job_may_be_given_back_more_often_than_it_may_be_lost(shop):
    assert shop.requeued_often.delay().get(timeout=SECONDS) == "in the end"
