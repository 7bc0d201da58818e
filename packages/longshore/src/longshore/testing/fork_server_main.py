"""The process that ``ForkServer`` forks from: ``python -m … SETUP MODULE…``.

An order is one line of JSON on standard input. Standard output says ``started pid 0`` and, when a
process has ended, ``ended pid code``; also of those that it adopted. The server has one thread and
no connection, so a fork is safe.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, NoReturn

from longshore.testing.lifeline import adopt_orphans, tie_to_parent


def main() -> None:
    """Import the modules, then fork until the input ends."""
    _, setup, *modules = sys.argv
    if setup:
        module, _, function = setup.partition(":")
        getattr(importlib.import_module(module), function)()
    for name in modules:
        importlib.import_module(name)
    if threading.active_count() > 1:
        names = ", ".join(thread.name for thread in threading.enumerate())
        sys.exit(f"a module started a thread, and a fork would not have it: {names}")
    gc.collect()
    gc.freeze()
    adopt_orphans()
    _serve(sys.path[1:])


def _serve(import_path: list[str]) -> None:
    woken, wakes = _child_signals()
    waiting = b""
    while True:
        readable, _, _ = select.select([0, woken.fileno()], [], [])
        if woken.fileno() in readable:
            woken.recv(4096)
            _reap()
        if 0 in readable:
            chunk = os.read(0, 65536)
            if not chunk:
                return
            *orders, waiting = (waiting + chunk).split(b"\n")
            for order in orders:
                _start(json.loads(order), import_path, (woken, wakes))


def _child_signals() -> tuple[socket.socket, socket.socket]:
    """Return a pair of sockets; the first can be read when a child has ended."""
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
        _reply("ended", pid, os.waitstatus_to_exitcode(status))


def _reply(word: str, pid: int, code: int) -> None:
    os.write(1, f"{word} {pid} {code}\n".encode())


def _start(order: dict[str, Any], import_path: list[str], sockets: Sequence[socket.socket]) -> None:
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        for one in sockets:
            one.close()
        _become(order, import_path, parent)
    _reply("started", pid, 0)


def _become(order: dict[str, Any], import_path: list[str], parent: int) -> NoReturn:
    """Turn this process into the ordered one; it ends as it would end under ``python``."""
    os.setsid()
    tie_to_parent(parent)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _redirect(order["stdout"], order["stderr"])
    os.chdir(order["directory"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    added = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    command = order["command"]
    if command[0] == sys.executable:
        command = command[1:]
    if command[0] == "-m":
        sys.path[:] = [os.getcwd(), *added, *import_path]  # noqa: PTH109 - as python -m has it
        sys.argv = command[1:]
        # Imported before it is run, a module has runpy warn on standard error.
        sys.modules.pop(f"{command[1]}.__main__", None)
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[:] = [os.path.dirname(command[0]), *added, *import_path]  # noqa: PTH120
        sys.argv = command
        runpy.run_path(command[0], run_name="__main__")
    sys.exit(0)


def _redirect(stdout: str, stderr: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for path, target in ((stdout, 1), (stderr, 2)):
        output = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(output, target)
        os.close(output)


if __name__ == "__main__":
    main()
