"""The programs of the set: the same commands as in the images."""

from __future__ import annotations

import sys
from pathlib import Path

from longshore.testing.ports import free_port
from longshore.testing.rabbit import RabbitServer
from longshore.testing.rabbit_binary import rabbitmq_binary
from longshore.testing.server import ValkeyServer
from longshore_local.run.program import Program
from longshore_local.settings import LocalSettings

METRICS_PORT = "LONGSHORE_METRICS_PORT"


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


def rabbitmq(settings: LocalSettings) -> RabbitServer:
    """Return the RabbitMQ beside it, its queues in the data directory.

    Raises:
        SettingsError: none is installed.
    """
    rabbitmq_binary()
    return RabbitServer(directory=settings.data_dir.resolve() / "rabbitmq")


def rabbitmq_parts(server: RabbitServer) -> tuple[Program, Program]:
    """Return RabbitMQ and Erlang's port mapper, which it needs until it has ended."""
    environment = server.environment()
    return (
        Program("rabbitmq", server.command(), environment, stop_seconds=30),
        Program("epmd", server.mapper_command(), environment, stop_seconds=5),
    )


def services(
    settings: LocalSettings, broker_url: str, *, coloured: bool, records_url: str = ""
) -> tuple[Program, Program, Program]:
    """Return the services in the order in which they stop: no new work first, then the work."""
    environment = {
        **_environment(settings, coloured=coloured),
        "LONGSHORE_BROKER_URL": broker_url,
        "LONGSHORE_RESULT_BACKEND_URL": records_url,
    }
    return (
        Program("scheduler", _celery("scheduler", "beat"), _metered(environment), stop_seconds=10),
        Program("api", _api(settings), environment, stop_seconds=10),
        Program("worker", _worker(settings), _metered(environment), settings.stop_seconds),
    )


def _metered(environment: dict[str, str]) -> dict[str, str]:
    """Each with a port of its own for its metrics."""
    return {**environment, METRICS_PORT: str(free_port()), "LONGSHORE_METRICS_HOST": "127.0.0.1"}


def _environment(settings: LocalSettings, *, coloured: bool) -> dict[str, str]:
    return {
        "LONGSHORE_AUTH": settings.local_auth,
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
