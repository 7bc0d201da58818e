"""A busy worker claims many and settles many in one call each."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from longshore.current import Claim
from longshore.store import StoreSettings
from longshore.transport.book import BOOK, ClaimBook
from longshore.transport.claiming import ClaimingMixin
from longshore.transport.keeper import Keeper
from longshore.transport.qos import DONE


class Scripts:
    """A store that settles everything but the outcomes of job 2."""

    def __init__(self):
        self.settings = StoreSettings()
        self.calls = []

    def run(self, call):
        words = call.argv(self.settings)
        self.calls.append(call.script.name)
        ids = [word for word in words if str(word).startswith("job-")]
        return call.read([0 if job_id == "job-2" else 1 for job_id in ids])


@pytest.fixture
def keeper():
    book = ClaimBook()
    keeper = Keeper(Scripts(), book)
    for n in range(3):
        claim = Claim(f"job-{n}", f"tag-{n}", "q", f"me#{n}", 1, 1)
        keeper.settle_soon(book.add(claim, keeper.store), DONE)
    return keeper


def test_outcomes_are_settled_together(keeper):
    keeper.settle_overdue()
    assert keeper.store.calls == ["settle"]
    assert keeper._book.entries() == []


def test_a_stale_owner_is_told(keeper, caplog):
    keeper.settle_overdue()
    assert [record.args[0] for record in caplog.records] == ["job-2"]


def test_until_it_is_settled_a_claim_is_kept(keeper):
    assert [entry.settlement for entry in keeper._book.entries()] == [DONE] * 3


@pytest.fixture
def slots(monkeypatch):
    monkeypatch.setattr(BOOK, "slots", lambda: 2)


def channel(limit, room):
    channel = ClaimingMixin()
    channel.qos = SimpleNamespace(prefetch_count=limit, can_consume_max_estimate=lambda: room)
    return channel


@pytest.mark.parametrize(
    ("limit", "room", "asks"),
    [
        (2, 1, True),  # one job ahead of nobody: every free place is asked for
        (8, 2, False),
        (8, 3, True),
        (32, 14, False),
        (32, 15, True),
        (0, None, True),
    ],
)
@pytest.mark.usefixtures("slots")
def test_many_are_claimed_at_once_while_no_handler_waits(limit, room, asks):
    assert channel(limit, room)._worth_asking() is asks


def test_a_consumer_without_a_pool_always_asks():
    assert channel(32, 1)._worth_asking()
