"""When upkeep is done, and how much at once."""

from __future__ import annotations

import pytest

from longshore.store.queues import Maintenance
from longshore.store.settings import StoreSettings
from longshore.transport.keeper import longest_pause, pause_after
from longshore.transport.pieces import batches


@pytest.mark.parametrize(
    ("done", "pause"),
    [
        (Maintenance(1, 0, None), 0.0),
        (Maintenance(0, 1, 9.0), 0.0),
        (Maintenance(0, 0, None), 0.5),
        (Maintenance(0, 0, 0.1), 0.1),
        (Maintenance(0, 0, 60.0), 0.5),
        (Maintenance(0, 0, 0.0), 0.0),
    ],
)
def test_it_waits_until_something_is_due_but_not_for_long(done, pause):
    assert pause_after(done, 0.5) == pause


@pytest.mark.parametrize(("lease", "pause"), [(1.0, 0.125), (4.0, 0.5), (15.0, 0.5)])
def test_upkeep_comes_often_enough_to_tell_a_silence_from_a_pause(lease, pause):
    assert longest_pause(StoreSettings(lease_seconds=lease)) == pause


def test_claims_are_renewed_in_pieces():
    assert list(batches([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(batches([], 2)) == []
