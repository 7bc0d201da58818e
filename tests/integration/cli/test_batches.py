"""``longshore batches`` against a real broker."""

from __future__ import annotations

import pytest

from longshore.envelope import NewJob, encode
from longshore.records import JobState
from longshore.store.batches import enqueue_batch
from longshore.store.claims import Settlement, settle

DONE = Settlement(JobState.SUCCEEDED)


@pytest.fixture
def batch(store):
    posts = [encode(NewJob(task="t", id=f"j-{n}", kwargs={}, queue="q")) for n in range(2)]
    after = encode(NewJob(task="t", id="after", kwargs={}, queue="q"))
    store.run(enqueue_batch("nightly", posts, after))


def test_a_batch_is_shown_with_its_counts(longshore, document, store, take, batch):
    store.run(settle(take(limit=1)[0].claim, DONE))
    told = document("batches", "show", "nightly")
    assert (told["size"], told["open"], told["succeeded"], told["callback"]) == (2, 1, 1, "after")
    shown = longshore("batches", "show", "nightly").stdout
    assert "nightly" in shown
    assert "callback: job after" in shown


def test_one_waits_for_its_end(document, store, take, batch):
    for one in take(limit=2):
        store.run(settle(one.claim, DONE))
    assert document("batches", "show", "nightly", "--wait")["open"] == 0


def test_an_unknown_batch_is_exit_code_1(longshore):
    assert "no batch is known" in longshore("batches", "show", "nothing", code=1).output
