"""``longshore workers``: who holds jobs, and who answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.output import Listing, json_option, say_json, table, watch_option, watched
from longshore.store.workers import busy

COLUMNS = ("worker", "answers", "pool", "processes", "queues", "claims")


@click.command()
@broker_options
@click.option("--wait", type=click.FloatRange(0.1, 30), default=1.0, show_default=True)
@watch_option
@json_option
def workers(url: str, prefix: str, wait: float, watch: float | None, as_json: bool) -> None:
    """Show the workers that answer within a second, and those that hold jobs.

    One that holds jobs and does not answer is busy, hung or gone; its jobs come back when its
    leases end. Exit code 0 in any case.
    """
    if as_json:
        say_json(found(url, prefix, wait))
    else:
        watched(lambda: _table(found(url, prefix, wait)), watch)


def found(url: str, prefix: str, wait: float) -> list[dict[str, Any]]:
    """One row for each worker, by name."""
    with opened(url, prefix) as store:
        claims = store.run(busy())
    stats, queues = _asked(url, prefix, wait)
    return [_worker(name, stats, queues, claims) for name in sorted({*claims, *stats})]


def _asked(url: str, prefix: str, wait: float) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    from celery import Celery  # noqa: PLC0415 - slow to import, and not for every command

    with Celery(broker=url, set_as_current=False) as app:
        app.conf.broker_transport_options = {"global_keyprefix": prefix}
        inspect = app.control.inspect(timeout=wait)
        stats = inspect.stats() or {}
        return stats, (inspect.active_queues() or {}) if stats else {}


def _worker(
    name: str, stats: Mapping[str, Any], queues: Mapping[str, Any], claims: Mapping[str, int]
) -> dict[str, Any]:
    pool = stats.get(name, {}).get("pool", {})
    return {
        "worker": name,
        "answers": name in stats,
        "pool": str(pool.get("implementation", "")).rpartition(":")[2].rpartition(".")[2],
        "processes": pool.get("max-concurrency"),
        "queues": sorted(queue["name"] for queue in queues.get(name, [])),
        "claims": claims.get(name, 0),
    }


def _table(rows: list[dict[str, Any]]) -> Listing:
    cells = [{**row, "queues": ", ".join(row["queues"])} for row in rows]
    return table(COLUMNS, [tuple(row[name] for name in COLUMNS) for row in cells])
