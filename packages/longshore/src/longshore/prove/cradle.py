"""The process that workers are forked from: see ``nursery``, which talks to it.

An order is one line of JSON on standard input. Standard output says ``begun pid 0`` and, when a
worker has ended, ``ended pid code``. It has one thread and no connection, so that a fork is safe.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from typing import Any, NoReturn

from celery.__main__ import main as celery

from longshore.testing.lifeline import tie_to_parent

#: What a worker of either arm imports sooner or later; nothing of it may start a thread.
MODULES = (
    "celery.apps.worker", "celery.bin.celery", "celery.bin.worker", "celery.backends.redis",
    "celery.concurrency.prefork", "celery.concurrency.solo", "celery.concurrency.thread",
    "celery.worker.autoscale", "celery.worker.components", "celery.worker.consumer",
    "celery.worker.strategy", "kombu.transport.redis", "longshore.backend",
    "longshore.prove.work", "longshore.transport", "longshore.worker", "longshore.worker.pool",
)  # fmt: skip


def main() -> None:
    """Forks until its input ends."""
    for name in MODULES:
        __import__(name)
    gc.freeze()
    woken, wakes = _bells()
    news = woken.fileno()
    waiting = b""
    while True:
        readable, _, _ = select.select([0, news], [], [])
        if news in readable:
            woken.recv(4096)
            _reap()
        if 0 in readable:
            chunk = os.read(0, 65536)
            if not chunk:
                return
            *orders, waiting = (waiting + chunk).split(b"\n")
            for order in orders:
                _begin(json.loads(order), (woken, wakes))


def _bells() -> tuple[socket.socket, socket.socket]:
    """A pair of sockets, of which the first can be read when a child has ended."""
    woken, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return woken, wakes


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say("ended", pid, os.waitstatus_to_exitcode(status))


def _say(word: str, pid: int, code: int) -> None:
    os.write(1, f"{word} {pid} {code}\n".encode())


def _begin(order: dict[str, Any], bells: tuple[socket.socket, ...]) -> None:
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        for bell in bells:
            bell.close()
        _become(order, parent)
    _say("begun", pid, 0)


def _become(order: dict[str, Any], parent: int) -> NoReturn:
    """Turns this process into the worker, which ends as it ends under ``python -m celery``."""
    os.setsid()
    tie_to_parent(parent)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _redirect(order["log"])
    os.environ.update(order["environment"])
    sys.argv = ["celery", *order["words"]]
    celery()
    sys.exit(0)


def _redirect(log: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(output)


if __name__ == "__main__":
    main()
