"""The programs of the set: the same commands as in the images."""

from __future__ import annotations

import sys
from pathlib import Path

from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from longshore_local.run.program import Program
from longshore_local.settings import LocalSettings


def valkey(settings: LocalSettings) -> ValkeyServer:
    """Return the broker's server, durable in the data directory; the supervisor runs it."""
    return ValkeyServer(
        directory=settings.data_dir / "valkey",
        port=settings.valkey_port or free_port(),
        extra=("--loglevel", "warning"),
    )


def broker(server: ValkeyServer) -> Program:
    """Return the broker, which starts first and stops last."""
    server.directory.mkdir(parents=True, exist_ok=True)
    return Program("valkey", server.command(), {}, stop_seconds=15)


def services(
    settings: LocalSettings, broker_url: str, *, coloured: bool
) -> tuple[Program, Program, Program]:
    """Return the services in the order in which they stop: no new work first, then the work."""
    environment = _environment(settings, broker_url, coloured=coloured)
    return (
        Program("scheduler", _celery("scheduler", "beat"), environment, stop_seconds=10),
        Program("api", _api(settings), environment, stop_seconds=10),
        Program("worker", _worker(settings), environment, stop_seconds=settings.stop_seconds),
    )


def _environment(settings: LocalSettings, broker_url: str, *, coloured: bool) -> dict[str, str]:
    return {
        "LONGSHORE_BROKER_URL": broker_url,
        "LONGSHORE_RESULT_BACKEND_URL": "",
        "LONGSHORE_DATABASE_URL": settings.database,
        "LONGSHORE_STORAGE_DIRECTORY": str(settings.files),
        "LONGSHORE_LOG_FORMAT": "json" if settings.log_format == "json" else "pretty",
        "FORCE_COLOR" if coloured else "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _api(settings: LocalSettings) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "uvicorn", "--factory", "longshore_api.main:create"),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--no-access-log", "--timeout-graceful-shutdown", "5"),
    )


def _worker(settings: LocalSettings) -> tuple[str, ...]:
    processes = str(settings.worker_concurrency)
    return _celery("worker", "worker", "--hostname", "local@%h", "--concurrency", processes)


def _celery(service: str, *arguments: str) -> tuple[str, ...]:
    app = f"longshore_{service}.main"
    # -P of Python: no module of the directory that the run was started in may shadow one of ours.
    return (str(Path(sys.executable)), "-P", "-m", "celery", "-q", "-A", app, *arguments)
