"""The set that others look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.running_set import RunningSet


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSet]:
    with RunningSet(tmp_path_factory.mktemp("set"), lease_seconds="5") as started:
        yield started
