from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.fresh_interpreter import FreshInterpreters, fresh_interpreters


@pytest.fixture(scope="session")
def fresh_interpreter() -> Iterator[FreshInterpreters]:
    """Run programs in interpreters that have imported nothing of Longshore."""
    with fresh_interpreters() as interpreters:
        yield interpreters


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests that share the server of fresh interpreters in one worker of xdist."""
    for item in items:
        if "fresh_interpreter" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("fresh_interpreter"))
