"""Celery's remote control for a pool whose parent holds no requests: it answers from the boards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from celery.utils.functional import maybe_list
from celery.worker.control import Panel

from longshore.worker.pool.board import Held, View
from longshore.worker.pool.runner import stamped
from longshore.worker.pool.supervisor import Process, Supervisor

Command = Callable[..., Any]


def take_over(pool: Any) -> None:
    """Puts the pool's answers in front of, or beside, the stock commands'."""
    commands: dict[str, Command] = {
        "active": _active,
        "reserved": _reserved,
        "query_task": _query_task,
        "revoke": _revoke,
        "revoke_by_stamped_headers": _revoke_by_stamped_headers,
        "stats": _stats,
    }
    for name, command in commands.items():
        wrapped = _wrap(pool, Panel.data[name], command)
        Panel.data[name] = wrapped
        if f"dump_{name}" in Panel.data:
            Panel.data[f"dump_{name}"] = wrapped


def _wrap(pool: Any, stock: Command, command: Command) -> Command:
    def answer(state: Any, *args: Any, **options: Any) -> Any:
        return command(pool, stock, state, *args, **options)

    return answer


def _views(supervisor: Supervisor) -> Iterator[tuple[Process, View]]:
    for process in supervisor.processes:
        yield process, process.board.view()


def _active(pool: Any, stock: Command, state: Any, **options: Any) -> Any:
    return stock(state, **options) + [
        info(pool, process, one.held, one.started_at)
        for process, view in _views(pool.supervisor)
        for one in view.running
    ]


def _reserved(pool: Any, stock: Command, state: Any, **options: Any) -> Any:
    return stock(state, **options) + [
        info(pool, process, held, None)
        for process, view in _views(pool.supervisor)
        for held in view.waiting
    ]


def _stats(pool: Any, stock: Command, state: Any, **options: Any) -> Any:
    answer = stock(state, **options)
    answer["total"] = dict(pool.supervisor.totals())
    return answer


def _revoke(
    pool: Any, stock: Command, state: Any, task_id: Any, terminate: bool = False, **options: Any
) -> Any:
    ids = set(maybe_list(task_id) or [])
    answer = stock(state, list(ids), terminate=False, **options)
    if not terminate:
        return answer
    ended = []
    for process, view in _views(pool.supervisor):
        for held in [one.held for one in view.running if one.held.claim.job_id in ids]:
            pool.revoke(process, held)
            ended.append(held.claim.job_id)
    return {"ok": "terminate: " + (", ".join(ended) or "tasks unknown")}


def _query_task(pool: Any, stock: Command, state: Any, ids: Any, **options: Any) -> Any:
    answer, named = stock(state, ids, **options), set(maybe_list(ids) or [])
    for process, view in _views(pool.supervisor):
        for held in (one for one in view.waiting if one.claim.job_id in named):
            answer[held.claim.job_id] = ("reserved", info(pool, process, held, None))
        for one in (one for one in view.running if one.held.claim.job_id in named):
            shown = info(pool, process, one.held, one.started_at)
            answer[one.held.claim.job_id] = ("active", shown)
    return answer


def _revoke_by_stamped_headers(
    pool: Any, stock: Command, state: Any, headers: Any, terminate: bool = False, **options: Any
) -> Any:
    if isinstance(headers, list):
        headers = dict(header.split("=", 1) for header in headers)
    answer = stock(state, headers, terminate=False, **options)
    pool.order()
    if not terminate:
        return answer
    ended: dict[str, set[Any]] = {}
    for process, view in _views(pool.supervisor):
        for one in view.running:
            found = stamped(pool.request_of(one.held).stamps, headers)
            if found:
                pool.revoke(process, one.held)
            for name, values in found.items():
                ended.setdefault(name, set()).update(values)
    return {"ok": f"headers {ended} revoked" if ended else f"headers {headers} were not terminated"}


def info(pool: Any, process: Process, held: Held, started_at: float | None) -> dict[str, Any]:
    """A job as ``celery inspect active`` shows it."""
    request = pool.request_of(held)
    began = None if started_at is None else time.time() - (time.monotonic() - started_at)
    return {
        "id": held.claim.job_id,
        "name": held.task,
        "args": request.args or [],
        "kwargs": request.kwargs or {},
        "type": held.task,
        "hostname": pool.hostname,
        "time_start": began,
        "acknowledged": False,
        "delivery_info": request.delivery_info or {},
        "worker_pid": process.pid,
    }
