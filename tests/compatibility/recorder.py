"""A plug-in for the suites' own pytest: writes down each case's outcome as it is known.

A case that hangs, or a run that is broken off, costs only itself: what was known is on disk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from typing import Any

import pytest

PLACE = "COMPATIBILITY_RECORD"


def _write(case: str, outcome: str) -> None:
    with open(os.environ[PLACE], "a", encoding="utf-8") as record:  # noqa: PTH123 - line by line
        record.write(json.dumps([case, outcome]) + "\n")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid: str, location: Any) -> None:
    """A case that never says more has hung."""
    _write(nodeid, "hung")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Generator[None, Any, Any]:
    """The case's end, and whatever went wrong around it."""
    report = yield
    if report.outcome == "failed" or report.when == "call" or report.outcome == "skipped":
        _write(item.nodeid, report.outcome)
    return report
