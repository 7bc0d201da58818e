"""A release of the chart on the local cluster: `make e2e` installs it before these tests run."""

from __future__ import annotations

import base64
import os
import platform
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from longshore.store import Store, StoreSettings
from support.cluster import CONTEXT, RELEASE, forwarded, get, kubectl, replicas, scale

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
    noted: list[str] = [f"machine: {os.cpu_count()} cores, {platform.machine()}"]

    def note(name: str, value: object) -> None:
        noted.append(f"{name}: {value}")

    yield note
    print("\n" + "\n".join(noted))  # noqa: T201
    if REPORT:
        with Path(REPORT).open("a") as file:
            file.write("\n".join(noted) + "\n")


@pytest.fixture
def store() -> Generator[Store]:
    """The release's broker."""
    secret = get("secret", f"{RELEASE}-valkey")["data"]["password"]
    password = base64.b64decode(secret).decode()
    with forwarded(f"service/{RELEASE}-valkey", 6379) as port:
        url = f"longshore://{RELEASE}:{password}@127.0.0.1:{port}/0"
        with Store.from_url(url, StoreSettings(lease_seconds=5, deadline_seconds=10)) as store:
            yield store


@pytest.fixture(autouse=True)
def calm() -> Generator[None]:
    """After each test: two workers, none of them unready."""
    yield
    if replicas("worker-default") != 2:
        scale("worker-default", 2)
    kubectl("rollout", "status", f"deployment/{RELEASE}-worker-default", "--timeout=180s")
