"""Which tests have neighbours: ``make test`` runs those that measure in a pass of their own."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says nothing on a machine that does other things as well.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pass",
        choices=("beside", "alone"),
        help="of the tests, only those that are (alone) or are not (beside) marked alone",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--pass")
    if wanted is None:
        return
    passes: dict[str, list[pytest.Item]] = {"beside": [], "alone": []}
    for item in items:
        passes["alone" if item.get_closest_marker("alone") else "beside"].append(item)
    items[:] = passes.pop(wanted)
    (dropped,) = passes.values()
    config.hook.pytest_deselected(items=dropped)
