"""A release of the chart on the local cluster: `make e2e` installs it before these tests run."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from longshore.store import Store
from support.broker_pod import connected
from support.cluster import CONTEXT, RELEASE, kubectl, replicas, scale
from support.figures import Figures

Figure = Callable[[str, object], None]
REPORT = os.environ.get("LONGSHORE_E2E_REPORT", "")


@pytest.fixture(scope="session", autouse=True)
def release() -> None:
    """Skip unless the release is there."""
    if f"{RELEASE}-api" not in kubectl("get", "deployments", "-o", "name", check=False):
        pytest.skip(f"no release {RELEASE} in {CONTEXT}; make e2e installs it")


@pytest.fixture(scope="session")
def figure() -> Iterator[Figure]:
    """Note a measured figure; all are printed at the end, and written to a file if one is named."""
    figures = Figures()
    yield figures
    print("\n" + figures.lines())  # noqa: T201
    if REPORT:
        figures.keep(Path(REPORT))


@pytest.fixture
def store() -> Generator[Store]:
    """The release's broker."""
    with connected() as store:
        yield store


@pytest.fixture(autouse=True)
def calm() -> Generator[None]:
    """After each test: two workers, none of them unready."""
    yield
    if replicas("worker-default") != 2:
        scale("worker-default", 2)
    kubectl("rollout", "status", f"deployment/{RELEASE}-worker-default", "--timeout=180s")
