"""Asks for a probe, as a script of its own: ``python -I -S client.py ...``.

    live SOCKET SECONDS    the worker's main loop turns, no job has run for longer than SECONDS
    ready SOCKET SECONDS   besides, it is connected and consumes
    tick FILE SECONDS      the scheduler has rewritten its tick file within so many seconds
    inspect APP SET SECONDS   Celery's own ping of the worker SET@$POD_NAME, through the broker

Prints one line; exit code 0 is yes, 1 is no, 2 is a wrong call. It must not import anything that
costs: a probe that runs every few seconds in every pod is work as well.
"""

from __future__ import annotations

import posix
import sys
import time
from _socket import AF_UNIX, SOCK_STREAM, socket

ANSWER_WITHIN_SECONDS = 8.0
ANSWER_BYTES = 4096
#: Between two tries, so that a worker that closes at once costs no processor.
PAUSE_SECONDS = 0.02


def ask(question: str, path: str, limit: str) -> str:
    """Return the worker's answer; one that does not begin with "ok" is a no.

    The worker waits a few hundredths of a second for the question. On a busy machine that may pass
    between two lines of this: then it is asked again.
    """
    ends = time.monotonic() + ANSWER_WITHIN_SECONDS
    while (left := ends - time.monotonic()) > 0:
        try:
            answer = _ask(f"{question} {limit}\n", path, left)
        except TimeoutError:
            break
        except (BrokenPipeError, ConnectionResetError):
            answer = ""
        except OSError as error:
            return f"no worker answers at {path}: {error.strerror or error}"
        if answer:
            return answer
        time.sleep(PAUSE_SECONDS)
    return f"the main loop gave no answer within {ANSWER_WITHIN_SECONDS:g} s"


def _ask(line: str, path: str, seconds: float) -> str:
    connection = socket(AF_UNIX, SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        connection.connect(path)
        connection.sendall(line.encode())
        return connection.recv(ANSWER_BYTES).decode().strip()
    finally:
        connection.close()


def tick(path: str, limit: str) -> str:
    """Return whether the file is young enough."""
    try:
        age = time.time() - posix.stat(path).st_mtime
    except OSError as error:
        return f"no sign of life at {path}: {error.strerror or error}"
    if age > float(limit):
        return f"the last sign of life is {age:.1f} s old, at most {limit} s"
    return f"ok tick {age:.1f} s ago"


def inspect(app: str, worker_set: str, seconds: str) -> str:
    """Become ``celery inspect ping`` of this pod's worker; returns only when that fails."""
    celery = sys.executable.rpartition("/")[0] + "/celery"
    pod = posix.environ.get(b"POD_NAME", b"").decode()
    node = f"{worker_set}@{pod}"
    arguments = ["-A", app, "inspect", "ping", "-d", node, "-t", seconds]
    try:
        posix.execv(celery, [celery, *arguments])
    except OSError as error:
        return f"cannot run {celery}: {error.strerror or error}"


def main(arguments: list[str]) -> int:
    """Answer the command line."""
    match arguments:
        case ["live" | "ready" as question, path, limit]:
            answer = ask(question, path, limit)
        case ["tick", path, limit]:
            answer = tick(path, limit)
        case ["inspect", app, worker_set, seconds]:
            answer = inspect(app, worker_set, seconds)
        case _:
            sys.stderr.write("usage: live|ready SOCKET SECONDS, tick FILE SECONDS, inspect ...\n")
            return 2
    sys.stdout.write(f"{answer}\n")
    return 0 if answer == "ok" or answer.startswith("ok ") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
