"""One run of the set, from its first check to its last process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from longshore.errors import SettingsError
from longshore.store.url import shown
from longshore.testing.ports import why_taken
from longshore_local.run import programs
from longshore_local.run.brokers import Brokers
from longshore_local.run.console import Console
from longshore_local.run.data_directory import held
from longshore_local.run.greeting import greeting
from longshore_local.run.guarded import Guarded
from longshore_local.run.readiness import set_works
from longshore_local.run.service import Service
from longshore_local.run.supervisor import ServiceFailed, Supervisor
from longshore_local.settings import LocalSettings
from longshore_tasks.database import migrate

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(settings: LocalSettings, service: type[Service] = Service) -> int:
    """Run the set until a signal ends it; return the exit code.

    ``service`` is how its programs are started.

    Raises:
        SettingsError: it cannot start as it is set.
    """
    with held(settings.data_dir):
        _check_ports(settings)
        return asyncio.run(_run(settings, service))


def _check_ports(settings: LocalSettings) -> None:
    taken = {"LONGSHORE_PORT": (settings.port, settings.host)}
    if settings.valkey_port:
        taken["LONGSHORE_VALKEY_PORT"] = (settings.valkey_port, "127.0.0.1")
    for variable, (port, host) in taken.items():
        if reason := why_taken(port, host):
            raise SettingsError(
                f"port {port} of {host} cannot be used ({reason}); set {variable} to another"
            )


async def _run(settings: LocalSettings, service: type[Service]) -> int:
    console = Console(prefixed=settings.log_format != "json")
    stopping, hurry = _on_signals(console)
    async with Guarded.open() as guarded:
        session = Session(settings, console, guarded, service)
        try:
            await _unless(stopping, session.work())
        except ServiceFailed as failure:
            console.complain(f"{failure}; stopping the rest")
            return 1
        finally:
            await session.stop(hurry)
    console.say("stopped")
    return 0


class Session:
    """The set of one run."""

    def __init__(
        self, settings: LocalSettings, console: Console, guarded: Guarded, service: type[Service]
    ) -> None:
        self._settings = settings
        self._console = console
        self._brokers = Brokers(settings)
        urls, coloured = self._brokers, console.coloured
        self._servers = [service(program, console, guarded) for program in urls.programs()]
        self._services = [
            service(program, console, guarded)
            for program in programs.services(
                settings, urls.url, coloured=coloured, records_url=urls.records_url
            )
        ]
        self._supervisor = Supervisor(console)

    async def work(self) -> None:
        """Start everything, say where it is, and keep it running.

        Raises:
            ServiceFailed: something did not start, or ended too often.
        """
        settings, supervisor = self._settings, self._supervisor
        self._console.say("starting; Ctrl-C stops everything")
        # What stops last starts first: RabbitMQ looks for the port mapper.
        await supervisor.start([*reversed(self._servers)], self._brokers.answer)
        await self._migrate()
        await supervisor.start(self._services, lambda: set_works(settings))
        ports = {
            one.name: port
            for one in self._services
            if (port := one.program.environment.get(programs.METRICS_PORT))
        }
        self._console.say(greeting(settings, shown(self._brokers.url), ports))
        await supervisor.keep([*self._services, *self._servers])

    async def stop(self, hurry: asyncio.Event) -> None:
        """Stop everything; the brokers last and never in a hurry: they write what they have."""
        await self._supervisor.stop(self._services, hurry)
        await self._supervisor.stop(self._servers, asyncio.Event())

    async def _migrate(self) -> None:
        try:
            await asyncio.to_thread(migrate, self._settings.database)
        except (SettingsError, SQLAlchemyError, OSError) as error:
            reason = getattr(error, "orig", None) or error
            raise ServiceFailed(f"the database cannot be used: {reason}") from None


def _on_signals(console: Console) -> tuple[asyncio.Event, asyncio.Event]:
    stopping, hurry = asyncio.Event(), asyncio.Event()

    def stop() -> None:
        if not stopping.is_set():
            console.say("stopping: running jobs are finished first; Ctrl-C again to hurry")
            stopping.set()
        else:
            hurry.set()

    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return stopping, hurry


async def _unless(stopping: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    working, stop = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait((working, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    working.cancel()
    await asyncio.wait((working,))
    if not working.cancelled():
        working.result()
