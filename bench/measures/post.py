"""FastAPI: POST → 202, one uvicorn process, 32 connections."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.contenders.roll import taking_part
from bench.environment import APP, URL
from bench.processes import output_of, running
from bench.run import Row, Run
from bench.server import load_of, url_for
from longshore.testing.ports import free_port

NAME = "post"
TITLE = "FastAPI POST → 202, one uvicorn process, 32 connections"
CONNECTIONS = 32
SECONDS = 4.0
UVICORN = ("--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http", "httptools")
NULL, API = "null", "longshore-api"
JOB = '{"argument": 0}'


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint, and what the process behind it needs."""

    name: str
    factory: str
    path: str
    environment: Mapping[str, str]
    body: str = JOB
    headers: tuple[str, ...] = field(default=())


def targets(run: Run) -> list[Target]:
    """The endpoint that does nothing, each library's enqueue, and the real api."""
    here = {URL: run.server.redis_url}
    found = [Target(NULL, "bench.web:create", "/null", {**here, APP: "bench.nothing"})]
    for one in taking_part(NAME, run.only):
        environment = {URL: url_for(run.server, one), APP: one.enqueue_app}
        found.append(Target(one.name, "bench.web:create", "/jobs", environment))
    return [*found, _api(run)] if not run.only or API in run.only else found


def _api(run: Run) -> Target:
    data = run.scratch / "api"
    data.mkdir(exist_ok=True)
    environment = {
        "LONGSHORE_BROKER_URL": run.server.url,
        "LONGSHORE_DATABASE_URL": f"sqlite:///{data / 'api.sqlite3'}",
        "LONGSHORE_STORAGE_DIRECTORY": str(data / "files"),
        "LONGSHORE_AUTH": "off",
        "LONGSHORE_LOG_LEVEL": "WARNING",
    }
    return Target(
        API,
        "longshore_api.main:create",
        "/api/v1/tasks/system.echo/jobs",
        environment,
        '{"text": "0"}',
        ("Idempotency-Key: {key}",),
    )


def measure(run: Run) -> list[Row]:
    """Interleaved; every target in a process that has just started."""
    rows = []
    for repetition in range(run.size.repetitions):
        for target in targets(run):
            row = _turn(run, target)
            run.say(
                f"{NAME} {repetition + 1} {target.name}: {row['rate']:,.0f} requests/s,"
                f" p99 {row['p99'] * 1000:.1f} ms, refused {row['refused']}"
            )
            rows.append(row)
    return rows


def _turn(run: Run, target: Target) -> Row:
    run.turn()
    port = free_port()
    command = ("uvicorn", "--factory", target.factory, "--port", str(port), *UVICORN)
    log = run.scratch / f"web-{target.name}.log"
    with running([command], target.environment, log) as group, run.server.client() as client:
        group.wait_until(lambda: _answers(port), 30, target.name)
        before, cpu = load_of(client), group.cpu_seconds()
        outcome = json.loads(output_of(_words(run, port, target), {}))
        load, cpu = load_of(client) - before, group.cpu_seconds() - cpu
    count = outcome["answers"]
    return {
        "contender": target.name,
        **{name: outcome[name] for name in ("rate", "p50", "p99", "refused")},
        "round_trips": load.reads / count,
        "web_seconds": cpu / count,
        "server_seconds": load.cpu_seconds / count,
    }


def _words(run: Run, port: int, target: Target) -> tuple[str, ...]:
    seconds = max(SECONDS * run.size.share, 0.5)
    numbers = (str(port), target.path, str(seconds), str(CONNECTIONS))
    return ("bench.load", *numbers, target.body, *target.headers)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True
