from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.running_set import RunningSet


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    """A set that the tests of one file share, and must leave running."""
    with RunningSet(tmp_path_factory.mktemp("set")) as started:
        yield started
