"""When upkeep is done, and how much at once."""

from __future__ import annotations

import pytest

from longshore.store.queues import Maintenance
from longshore.transport.keeper import MAINTAIN_EVERY_SECONDS, batches, pause_after


@pytest.mark.parametrize(
    ("done", "pause"),
    [
        (Maintenance(1, 0, None), 0.0),
        (Maintenance(0, 1, 9.0), 0.0),
        (Maintenance(0, 0, None), MAINTAIN_EVERY_SECONDS),
        (Maintenance(0, 0, 0.1), 0.1),
        (Maintenance(0, 0, 60.0), MAINTAIN_EVERY_SECONDS),
        (Maintenance(0, 0, 0.0), 0.0),
    ],
)
def test_it_waits_until_something_is_due_but_not_for_long(done, pause):
    assert pause_after(done) == pause


def test_claims_are_renewed_in_pieces():
    assert list(batches([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(batches([], 2)) == []
