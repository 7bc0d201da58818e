from __future__ import annotations

from bench.run import Size


def test_a_share_cuts_counts_but_not_below_what_can_be_measured():
    assert Size(0.5).count(10_000) == 5_000
    assert Size(0.001).count(10_000) == 200
    assert Size(0.001).count(100) == 100
    assert Size().count(10_000) == 10_000
