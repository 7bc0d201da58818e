"""The page at ``/metrics``: a thread serves it on a port of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from longshore.errors import SettingsError
from longshore.metrics.place import address
from longshore.metrics.scrape import Family, Scrape
from longshore.metrics.scripts import ScriptTimes

Gather = Callable[[Scrape], None]


class Page(Collector):
    """Asks for the figures anew at each scrape. A forked child serves nothing.

    Raises:
        SettingsError: the port cannot be opened.
    """

    def __init__(self, gather: Gather, port: int, host: str, scripts: ScriptTimes) -> None:
        self._gather = gather
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.registry.register(self)
        scripts.register(self.registry)
        try:
            self._server, self._thread = start_http_server(port, host, self.registry)
        except OSError as error:
            raise SettingsError(
                f"metrics cannot be served at {address(host, port)}: {error.strerror or error}"
            ) from error
        # A child that outlives its parent would keep the port from the next worker.
        os.register_at_fork(after_in_child=self._server.socket.close)

    @property
    def port(self) -> int:
        """The port that is open."""
        return int(self._server.server_port)

    def describe(self) -> list[Family]:
        """Nothing is asked when the page is opened."""
        return []

    def collect(self) -> Iterator[Family]:
        """Called by the registry at each scrape."""
        scrape = Scrape()
        self._gather(scrape)
        yield from scrape.families()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
