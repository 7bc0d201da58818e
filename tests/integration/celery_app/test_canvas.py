"""Chains, groups and chords."""

from __future__ import annotations

import pytest
from celery import chain, chord, group

from support.until import until

SECONDS = 60


def test_chain(shop):
    assert chain(shop.add.s(1, 2), shop.multiply.s(10))().get(timeout=SECONDS) == 30


def test_group(shop):
    result = group(shop.add.s(n, 1) for n in range(5))()
    assert result.get(timeout=SECONDS) == [1, 2, 3, 4, 5]


def test_group_after_a_task(shop):
    result = chain(shop.add.s(1, 1), group(shop.add.s(1), shop.add.s(2)))()
    assert result.get(timeout=SECONDS) == [3, 4]


def test_chord(shop):
    result = chord([shop.add.s(n, n) for n in range(5)], shop.total.s())()
    assert result.get(timeout=SECONDS) == 20


def test_chord_in_a_chain(shop):
    work = chain(shop.add.s(1, 1), group(shop.add.s(1), shop.add.s(2)), shop.total.s())
    assert work().get(timeout=SECONDS) == 7


def test_chord_of_chains(shop):
    header = [chain(shop.add.s(n, 1), shop.multiply.s(2)) for n in range(3)]
    assert chord(header, shop.total.s())().get(timeout=SECONDS) == 12


def test_chord_with_a_chord_inside(shop):
    inner = chord([shop.add.s(1, 1), shop.add.s(2, 2)], shop.total.s())
    work = chord([inner, shop.add.s(3, 3)], shop.total.s())
    assert work().get(timeout=SECONDS) == 12


def test_chord_whose_header_holds_groups_waits_for_results_not_for_itself(shop):
    inner = chain(shop.add.si(1, 1), group(shop.add.si(1, 2), shop.add.si(1, 3)))
    work = chain(shop.add.si(1, 0), group(shop.add.si(1, 4), inner), shop.multiply.si(2, 5))
    assert work().get(timeout=SECONDS) == 10


def test_what_follows_a_failure_in_a_chain_has_failed(shop):
    result = chain(shop.fail.si("stop here"), shop.add.si(1, 1), shop.add.si(2, 2))()
    with pytest.raises(RuntimeError, match="stop here"):
        shop.app.AsyncResult(result.id).get(timeout=SECONDS)


def test_chord_with_a_chain_as_its_body(shop):
    body = chain(shop.total.s(), shop.multiply.s(2))
    assert chord([shop.add.s(1, 1), shop.add.s(2, 2)], body)().get(timeout=SECONDS) == 12


@pytest.mark.parametrize("members", [1, 4])
def test_chord_whose_body_is_replaced_by_a_group(shop, members):
    header = group(shop.add.s(number, 1) for number in range(members))
    wanted = [number + 11 for number in range(members)]
    for _ in range(3):
        assert chord(header, shop.add_to_each.s(10))().get(timeout=SECONDS) == wanted


def test_group_in_a_chain_before_a_task_that_is_replaced_by_a_group(shop):
    work = chain(shop.add.s(2, 2), group(shop.add.s(n) for n in range(4)), shop.add_to_each.s(8))
    assert work().get(timeout=SECONDS) == [12, 13, 14, 15]


def test_a_task_that_fails_in_a_chord_fails_its_body(shop):
    result = chord([shop.add.s(1, 1), shop.fail.s("torn")], shop.total.s())()
    with pytest.raises(Exception, match="torn"):
        result.get(timeout=SECONDS)


def test_a_chord_member_that_is_tried_again_counts_once(shop):
    result = chord([shop.flaky.s(1), shop.add.s(2, 3)], shop.total.s())()
    assert result.get(timeout=SECONDS) == 6


def test_a_chain_stops_at_a_failure(shop, arm):
    result = chain(shop.fail.s("stop here"), shop.quiet.si("never reached"))()
    until(lambda: result.parent.state == "FAILURE", SECONDS)
    shop.add.delay(0, 0).get(timeout=SECONDS)
    assert "never reached" not in arm.shop.lines()


def test_a_task_starts_a_chain_of_its_own(shop):
    last = shop.app.AsyncResult(shop.started.delay(4).get(timeout=SECONDS))
    assert last.get(timeout=SECONDS) == 10


def test_link_runs_after_success(shop, arm):
    shop.add.apply_async((1, 1), link=shop.quiet.si("linked"))
    until(lambda: "linked" in arm.shop.lines(), SECONDS)


def test_link_error_runs_after_failure(shop, arm):
    result = shop.fail.apply_async(("linked",), link_error=shop.on_error.s())
    until(lambda: f"errback {result.id}" in arm.shop.lines(), SECONDS)
