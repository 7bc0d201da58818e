"""For all tests: the movable clock, no process left behind, and who runs beside whom."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from longshore.testing import clock
from support import processes

# How long an example takes says nothing on a machine that does other things as well.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    clock.install()
    # A hook of a conftest is not called for fixtures of the session, whose path is above it.
    config.pluginmanager.register(SharedProcesses())


def pytest_unconfigure(config: pytest.Config) -> None:
    processes.PROCESSES.close()


class SharedProcesses:
    """Let the processes of fixtures of more than one test outlive a test."""

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            return (yield)
        with processes.WATCH.sharing():
            return (yield)


@pytest.fixture(autouse=True)
def no_process_left() -> Generator[None]:
    """Fail a test whose processes outlive it, and kill them."""
    with processes.WATCH.none_left():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None]:
    """Keep tests that share a fixture of their module on one worker, so that it starts once.

    A group that a test names itself stays. All other tests go to whichever worker is free.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None and _shares_a_fixture(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    yield
    if getattr(config.option, "loadgroup", False):
        grouped = [item for item in items if item.get_closest_marker("xdist_group")]
        lost = [item.nodeid for item in grouped if "@" not in item.nodeid]
        assert not lost, f"this pytest-xdist does not group with this pytest: {lost[:3]}"


def _shares_a_fixture(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    used = item._fixtureinfo.name2fixturedefs.values()
    return any(definitions[-1].scope == "module" for definitions in used)
