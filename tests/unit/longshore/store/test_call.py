"""Operations as values, and the server's answers."""

from __future__ import annotations

import pytest

from longshore.store import StoreSettings
from longshore.store.call import fields, text
from longshore.store.claims import Source, claim, renew
from longshore.store.jobs import cancel, search
from longshore.store.scripts import load


def test_the_key_prefix_comes_before_the_arguments():
    call = search(task="shop.add", limit=5)
    assert call.argv(StoreSettings(key_prefix="p:"))[0] == "p:"
    assert "shop.add" in call.argv(StoreSettings())


def test_limits_are_read_when_the_call_is_run():
    call = renew([])
    assert call.argv(StoreSettings(lease_seconds=3)) == ["", 3]
    assert call.argv(StoreSettings(lease_seconds=4)) == ["", 4]


def test_a_claim_names_its_sources_in_order():
    sources = [Source("a", "a"), Source("b\x06\x163", "b", no_ack=True)]
    argv = claim(sources, owner="o", worker="w", limit=2).argv(StoreSettings())
    assert argv[-6:] == ["a", "a", "0", "b\x06\x163", "b", "1"]


def test_calls_are_values():
    assert load("cancel") is load("cancel")
    assert cancel("a").script == cancel("b").script


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(None, ""), (b"plain", "plain"), ("text", "text"), ("é".encode(), "é"), (b"\xff!", "\\xff!")],
)
def test_any_answer_is_text(answer, expected):
    assert text(answer) == expected


def test_a_hash_is_pairs_of_words():
    assert fields([b"state", b"queued", b"task", b"shop.add"]) == {
        "state": "queued",
        "task": "shop.add",
    }
    assert fields([]) == {}
