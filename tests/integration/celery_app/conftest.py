"""One worker for each broker and pool, shared by every test of the unmodified app."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from types import ModuleType

import pytest

from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.shop import Shop
from support.until import until

ARMS = {
    "redis-prefork": ("redis", "prefork"),
    "longshore-prefork": ("longshore", "prefork"),
    "longshore-own": ("longshore", "longshore"),
    "longshore-own-threads": ("longshore", "longshore-threads"),
    "longshore-threads": ("longshore", "threads"),
    "longshore-solo": ("longshore", "solo"),
}
#: Without that write before each job, most of the tasks are plain: see worker/pool/tracing.py.
PLAIN = ["longshore-own-threads"]
PREFORK = ["redis-prefork", "longshore-prefork", "longshore-own"]


@dataclass
class Arm:
    """The app on one broker, with the worker that serves it."""

    name: str
    shop: Shop
    worker: CeleryWorker

    @property
    def slots(self) -> int:
        """How many jobs it runs at once."""
        return 1 if self.name.endswith("solo") else 2

    @property
    def prefork(self) -> bool:
        return self.name in PREFORK


@pytest.fixture(scope="session")
def arm_server() -> Generator[ValkeyServer]:
    """A server that no other test empties."""
    with ValkeyServer() as server:
        yield server


@pytest.fixture(
    scope="session",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ARMS],
)
def arm(
    request: pytest.FixtureRequest,
    arm_server: ValkeyServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[Arm]:
    scheme, pool = ARMS[request.param]
    arm_server.flush()
    url = arm_server.redis_url.replace("redis://", f"{scheme}://")
    folder = tmp_path_factory.mktemp(request.param)
    shop = Shop(url, folder, track_started=request.param not in PLAIN)
    with shop.worker(pool=pool) as worker:
        # Stock Celery says that it is ready before it hears broadcasts.
        until(lambda: shop.app.control.ping(timeout=1, limit=1))
        yield Arm(request.param, shop, worker)
    shop.close()


@pytest.fixture
def shop(arm: Arm) -> ModuleType:
    """The user's module, as the user's client code sees it."""
    return arm.shop.module


@pytest.fixture
def prefork_shop(arm: Arm) -> ModuleType:
    """The same, for what Celery offers on prefork only."""
    if not arm.prefork:
        pytest.skip("Celery does this on the prefork pool only")
    return arm.shop.module
