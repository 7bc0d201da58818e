"""``longshore jobs cancel``, ``retry-now`` and ``reschedule``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial

import click

from longshore.cli.broker import broker_options, opened
from longshore.cli.durations import Duration
from longshore.cli.jobs.unknown import known
from longshore.cli.output import json_option, say_json
from longshore.cli.witness import Notes, witnessed
from longshore.errors import UnknownJob
from longshore.records import JobState
from longshore.store import Call, jobs
from longshore.store.control import reschedule as move


@click.command()
@broker_options
@click.argument("job_ids", nargs=-1, required=True, metavar="JOB_ID...")
@click.option("--ask", is_flag=True, help="Do not end a running job: its handler is asked to stop.")
@json_option
def cancel(url: str, prefix: str, job_ids: tuple[str, ...], ask: bool, as_json: bool) -> None:
    """Ask that jobs not run (again); it holds across restarts, with or without a worker."""
    states: dict[str, str] = {}
    with opened(url, prefix) as store, witnessed("cancel", job_ids, {"ask": ask}):
        for job_id in job_ids:
            try:
                states[job_id] = store.run(jobs.cancel(job_id, ask=ask)).value
            except UnknownJob:
                states[job_id] = "unknown"
    if as_json:
        say_json(states)
    else:
        for job_id, state in states.items():
            asked = " (asked to stop)" if state == JobState.RUNNING.value else ""
            click.echo(f"{job_id}  {state}{asked}")
    sys.exit(1 if "unknown" in states.values() else 0)


@click.command("retry-now")
@broker_options
@click.argument("job_ids", nargs=-1, required=True, metavar="JOB_ID...")
@json_option
def retry_now(url: str, prefix: str, job_ids: tuple[str, ...], as_json: bool) -> None:
    """Run jobs now that wait for their time or for their retry.

    A dead letter is brought back by ``longshore dead-letters replay``.
    """
    act = witnessed("run-now", job_ids)
    _move(url, prefix, job_ids, move, act, as_json=as_json)


@click.command()
@broker_options
@click.argument("job_ids", nargs=-1, required=True, metavar="JOB_ID...")
@click.option("--in", "delay", type=Duration(), help="So long from now: 90s, 15m, 2h, 3d.")
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="2026-11-22T06:00:00Z")
@json_option
def reschedule(
    url: str,
    prefix: str,
    job_ids: tuple[str, ...],
    delay: float | None,
    at: datetime | None,
    as_json: bool,
) -> None:
    """Give jobs that wait for their time, or for their retry, another time."""
    if (delay is None) == (at is None):
        raise click.UsageError("say --in or --at")
    due_at = at.timestamp() if at else None
    moving = partial(move, due_at=due_at, delay_seconds=delay or 0.0)
    act = witnessed("reschedule", job_ids, {"due_at": due_at, "delay_seconds": delay})
    _move(url, prefix, job_ids, moving, act, as_json=as_json)


def _move(
    url: str,
    prefix: str,
    job_ids: tuple[str, ...],
    moving: Callable[[str], Call[JobState | None]],
    act: AbstractContextManager[Notes],
    *,
    as_json: bool,
) -> None:
    refused: dict[str, str] = {}
    with opened(url, prefix) as store, known(), act:
        for job_id in job_ids:
            state = store.run(moving(job_id))
            if state is not None:
                refused[job_id] = state.value
    if as_json:
        say_json({"moved": len(job_ids) - len(refused), "not_delayed": refused})
    else:
        click.echo(f"{len(job_ids) - len(refused)} moved")
        for job_id, word in refused.items():
            click.echo(f"{job_id} is {word} and does not wait for its time", err=True)
    sys.exit(1 if refused else 0)
