"""Calling tasks and reading results, as every Celery user does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from support.until import until

SECONDS = 60


def test_delay_and_get(shop):
    assert shop.add.delay(2, 3).get(timeout=SECONDS) == 5


def test_a_shared_task_runs_like_any_other(shop):
    assert shop.multiply.delay(4, 5).get(timeout=SECONDS) == 20


def test_a_task_is_called_by_its_name(shop):
    assert shop.app.send_task("shop.add", (1, 1)).get(timeout=SECONDS) == 2


def test_a_bound_task_knows_its_request(shop):
    result = shop.whoami.apply_async(task_id=None)
    assert result.get(timeout=SECONDS)["id"] == result.id
    assert result.get(timeout=SECONDS)["retries"] == 0


def test_an_error_reaches_the_caller(shop):
    result = shop.fail.delay("no luck")
    with pytest.raises(RuntimeError, match="no luck"):
        result.get(timeout=SECONDS)
    assert result.state == "FAILURE"
    assert "RuntimeError" in result.traceback


def test_an_error_need_not_be_raised_again(shop):
    assert isinstance(shop.fail.delay("kept").get(timeout=SECONDS, propagate=False), RuntimeError)


def test_countdown_waits(shop):
    due = datetime.now(UTC) + timedelta(seconds=0.3)
    assert shop.add.apply_async((1, 2), countdown=0.3).get(timeout=SECONDS) == 3
    assert datetime.now(UTC) >= due


def test_eta_waits(shop):
    eta = datetime.now(UTC) + timedelta(seconds=0.3)
    assert shop.add.apply_async((1, 2), eta=eta).get(timeout=SECONDS) == 3
    assert datetime.now(UTC) >= eta


def test_the_handler_knows_its_eta(shop):
    eta = datetime.now(UTC) + timedelta(seconds=0.2)
    request = shop.whoami.apply_async(eta=eta).get(timeout=SECONDS)
    assert datetime.fromisoformat(request["eta"]) == eta


def test_what_has_expired_does_not_run(shop, arm):
    result = shop.ledger.apply_async(("expired",), expires=datetime.now(UTC) - timedelta(seconds=9))
    until(lambda: result.state == "REVOKED", SECONDS)
    assert "start expired" not in arm.shop.lines()


def test_what_has_not_expired_runs(shop):
    assert shop.add.apply_async((1, 2), expires=60).get(timeout=SECONDS) == 3


def test_an_ignored_result_is_not_kept(shop, arm):
    result = shop.quiet.delay("quiet line")
    until(lambda: "quiet line" in arm.shop.lines(), SECONDS)
    # the next job ends after this one has been settled, were it to be
    shop.add.delay(0, 0).get(timeout=SECONDS)
    assert result.state == "PENDING"


def test_state_is_seen_by_whoever_has_the_id(shop):
    result = shop.add.delay(1, 2)
    result.get(timeout=SECONDS)
    other = shop.app.AsyncResult(result.id)
    assert (other.state, other.result, other.successful()) == ("SUCCESS", 3, True)


def test_a_started_task_is_seen(shop, arm):
    if not arm.shop.track_started:
        pytest.skip("this arm does not write down what has started")
    result = shop.gated.delay("seen")
    until(lambda: result.state == "STARTED", SECONDS)
    arm.shop.open_gate("seen")
    assert result.get(timeout=SECONDS) == "seen"


def test_forget_removes_the_result(shop):
    result = shop.add.delay(1, 2)
    result.get(timeout=SECONDS)
    result.forget()
    assert shop.app.AsyncResult(result.id).state == "PENDING"


def test_many_results_are_gathered(shop):
    results = [shop.add.delay(n, n) for n in range(30)]
    assert [result.get(timeout=SECONDS) for result in results] == [2 * n for n in range(30)]


def test_apply_runs_here(shop):
    assert shop.add.apply((1, 2)).get() == 3
