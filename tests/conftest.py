"""What holds for every test: the movable clock, and that no process outlives its test."""

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
