"""Start the services in order, start again what dies, stop them in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from longshore_local.run.console import Console
from longshore_local.run.readiness import NotReady
from longshore_local.run.restarts import MOST, restart_delay
from longshore_local.run.service import Service


class ServiceFailed(Exception):
    """A service ended before the set was ready, or too often afterwards."""


class Supervisor:
    """Looks after services.

    A service that ends while the set starts stops the run, since another try would meet the same
    mistake. One that ends later is started again: the jobs of a killed worker are then seen to
    be finished, as in a cluster.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    async def start(
        self, services: Sequence[Service], ready: Callable[[], Awaitable[None]]
    ) -> None:
        """Start the services and wait until they are ready.

        Raises:
            ServiceFailed: one ended instead, or was not ready in time.
        """
        for service in services:
            await service.start()
        waiting = asyncio.ensure_future(ready())
        ends = {asyncio.create_task(service.ended()): service for service in services}
        await asyncio.wait((waiting, *ends), return_when=asyncio.FIRST_COMPLETED)
        try:
            self._judge(waiting, ends)
        finally:
            for task in (waiting, *ends):
                task.cancel()

    @staticmethod
    def _judge(waiting: asyncio.Future[None], ends: dict[asyncio.Task[str], Service]) -> None:
        for end, service in ends.items():
            if end.done():
                raise ServiceFailed(f"{service.name} {end.result()} before the set was ready")
        try:
            waiting.result()
        except NotReady as error:
            raise ServiceFailed(str(error)) from None

    async def keep(self, services: Sequence[Service]) -> None:
        """Start again what ends, for ever.

        Raises:
            ServiceFailed: a service ended too often.
        """
        keeping = [asyncio.create_task(self._keep(service)) for service in services]
        try:
            await asyncio.gather(*keeping)
        finally:
            for task in keeping:
                task.cancel()

    async def stop(self, services: Sequence[Service], hurry: asyncio.Event) -> None:
        """End the services one after the other; in a hurry without waiting for running jobs."""
        for service in services:
            if not await service.stop(hurry):
                self._console.complain(
                    f"{service.name} did not stop in time and was killed; "
                    "its jobs run again after the next start"
                )

    async def _keep(self, service: Service) -> None:
        clock = asyncio.get_running_loop().time
        ends: list[float] = []
        while True:
            how = await service.ended()
            ends.append(clock())
            delay = restart_delay(ends, clock())
            if delay is None:
                raise ServiceFailed(f"{service.name} {how}, more than {MOST} times in a minute")
            self._console.complain(f"{service.name} {how}; starting it again in {delay:g} s")
            await asyncio.sleep(delay)
            await service.start()
