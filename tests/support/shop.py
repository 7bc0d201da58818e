"""The unmodified Celery app of the tests, loaded for one broker, with its workers."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from celery import _state
from celery.exceptions import DuplicateTaskNameWarning

from support.celery_worker import CeleryWorker

SOURCE = Path(__file__).parents[1] / "integration" / "celery_app" / "shop.py"
#: A prefork pool now and then hangs in its join; this limit, which the chart sets too, ends it.
DRAIN_SECONDS = 20


@dataclass
class Shop:
    """The app as a client sees it; ``module`` is the user's module, loaded for this broker."""

    broker: str
    folder: Path
    backend: str = ""
    transport_options: Mapping[str, Any] = field(default_factory=dict)
    track_started: bool = True
    #: further variables of its workers
    more: Mapping[str, str] = field(default_factory=dict)
    module: ModuleType = field(init=False)

    def __post_init__(self) -> None:
        self.module = _load(self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """What the app reads on import."""
        return {
            "SHOP_BROKER": self.broker,
            "SHOP_BACKEND": self.backend or self.broker,
            "SHOP_LEDGER": str(self.ledger),
            "SHOP_TRACK_STARTED": "1" if self.track_started else "0",
            "SHOP_TRANSPORT_OPTIONS": json.dumps(dict(self.transport_options)),
        }

    @property
    def app(self) -> Any:
        """The Celery app."""
        return self.module.app

    @property
    def ledger(self) -> Path:
        """Where its tasks write down what they do."""
        return self.folder / "ledger"

    def open_gate(self, line: str) -> None:
        """Let the job end that waits at the gate of this line; it may map the file."""
        path = Path(f"{self.ledger} {line}")
        path.touch()
        with path.open("r+b") as gate:
            gate.write(b"1")

    def lines(self) -> list[str]:
        """What its tasks have written down."""
        return self.ledger.read_text().splitlines() if self.ledger.exists() else []

    def worker(self, name: str = "worker", **options: Any) -> CeleryWorker:
        """A worker of this app, not started yet."""
        log, stock = self.folder / f"{name}.log", self.broker.startswith("redis://")
        environment = {**self.environment, **self.more}
        if self.broker.startswith("longshore"):
            options_of_worker = {"drain_seconds": DRAIN_SECONDS, **self.transport_options}
            environment["SHOP_TRANSPORT_OPTIONS"] = json.dumps(options_of_worker)
        return CeleryWorker(SOURCE, log, environment, name=name, stock=stock, **options)

    def close(self) -> None:
        """Close the connections of the client's side."""
        consumer = self.app.backend.result_consumer
        consumer.stop()
        # a result that is collected later would unsubscribe over the closed connection
        consumer._pubsub = None
        self.app.backend.client.close()
        self.app.backend.client.connection_pool.disconnect()
        self.app.close()


def _load(environment: Mapping[str, str]) -> ModuleType:
    with _environment(environment), _alone_in_the_process():
        specification = importlib.util.spec_from_file_location("shop", SOURCE)
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        sys.modules["shop"] = module
        specification.loader.exec_module(module)
        module.app.finalize()
        module.app.set_current()
        return module


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _alone_in_the_process() -> Iterator[None]:
    """Celery hands the tasks of one app to every other in the process; a user has one app."""
    shared = set(_state._on_app_finalizers)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DuplicateTaskNameWarning)
            yield
    finally:
        _state._on_app_finalizers.intersection_update(shared)
