from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from longshore.errors import SettingsError
from longshore.records import DeadReason
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer
from longshore.worker.overdue import LATE_SECONDS
from longshore.worker.probe import client
from longshore.worker.probe.listener import Listener
from support.celery_worker import CeleryWorker
from support.shop import Shop
from support.until import until

LIMIT_SECONDS = 1
POOLS = ["prefork", "longshore", "threads"]
#: What a probe imports that a bare interpreter does not.
IMPORTS = {"__future__", "_socket"}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "probe"
    monkeypatch.setenv("LONGSHORE_PROBE_SOCKET", str(path))
    return path


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the interpreter as a probe of Kubernetes does."""
    command = (sys.executable, "-I", "-S", *words)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def probe(question: str, path: Path) -> tuple[int, str]:
    done = run(client.__file__, question, str(path), "60")
    assert done.stderr == ""
    return done.returncode, done.stdout.strip()


def ask(question: str, path: Path, limit: str = "60") -> str:
    """The same without a process of its own."""
    return client.ask(question, str(path), limit)


def says_yes(question: str, path: Path) -> bool:
    return ask(question, path).startswith("ok")


@pytest.mark.parametrize("pool", POOLS)
def test_a_consuming_worker_says_so(
    path: Path, start: Callable[..., CeleryWorker], pool: str
) -> None:
    start(pool=pool)
    until(lambda: says_yes("live", path))
    code, answer = probe("ready", path)
    assert code == 0
    assert answer.startswith("ok pong connected=yes consuming=celery running=0")


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_job_that_runs_too_long_is_told(
    path: Path, shop: Shop, start: Callable[..., CeleryWorker], pool: str
) -> None:
    start(pool=pool)
    shop.module.gated.delay("long")
    until(lambda: "running=1" in ask("live", path))
    assert says_yes("live", path)
    until(lambda: not ask("live", path, "0.1").startswith("ok"))
    shop.open_gate("long")


@pytest.fixture(params=["prefork", "longshore"])
def broker(request: pytest.FixtureRequest, path: Path, tmp_path: Path) -> Generator[ValkeyServer]:
    """The server of a worker that is ready, and is again once the server is back."""
    with ValkeyServer() as server:
        shop = Shop(server.url, tmp_path, transport_options={"lease_seconds": 1.0})
        with shop.worker(pool=request.param, concurrency=1):
            until(lambda: says_yes("ready", path))
            yield server
            until(lambda: says_yes("ready", path))
        shop.close()


def test_a_worker_whose_broker_is_away_is_alive_and_not_ready(
    path: Path, broker: ValkeyServer
) -> None:
    broker.kill()
    until(lambda: not says_yes("ready", path))
    for _ in range(3):
        assert says_yes("live", path)
    broker.start()


def seems_to_run_for(path: Path) -> float:
    """How long the oldest job of a live worker has run, in seconds; without end if it was ended."""
    answer = ask("live", path)
    assert answer.startswith("ok"), answer
    if "running=0" in answer:
        return math.inf
    return float(answer.partition("oldest=")[2].partition("s")[0])


def is_live_each_time(path: Path) -> bool:
    """Whether a worker answers three probes in a row, each within its time."""
    return all(says_yes("live", path) for _ in range(3))


def test_a_worker_whose_broker_hangs_is_alive_and_not_ready(
    path: Path, broker: ValkeyServer
) -> None:
    broker.pause()
    until(lambda: not says_yes("ready", path))
    assert is_live_each_time(path)
    broker.resume()


@pytest.mark.parametrize("pool", ["prefork", "longshore"])
def test_a_worker_that_cannot_tell_of_a_job_past_its_limit_is_alive(
    path: Path, tmp_path: Path, pool: str
) -> None:
    with ValkeyServer(appendfsync="always") as server, Store.from_url(server.url) as store:
        shop = Shop(server.url, tmp_path, transport_options={"lease_seconds": 2.0})
        # Without heartbeats the loop does not notice that the broker hangs before the limit passes.
        options = (f"--time-limit={LIMIT_SECONDS}", "--without-heartbeat")
        with shop.worker(pool=pool, concurrency=1, options=options):
            job = shop.app.send_task("shop.ledger", ("endless", 600.0))
            until(lambda: "start endless" in shop.lines())
            server.pause()
            until(lambda: seems_to_run_for(path) > LIMIT_SECONDS + LATE_SECONDS)
            assert is_live_each_time(path)
            server.resume()
            until(lambda: store.run(jobs.get(job.id)).finished_at, 30.0)
            assert store.run(jobs.get(job.id)).dead_reason is DeadReason.TIME_LIMIT
        shop.close()


def test_a_stopped_process_gives_no_answer(
    path: Path, start: Callable[..., CeleryWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = start()
    until(lambda: says_yes("live", path))
    monkeypatch.setattr(client, "ANSWER_WITHIN_SECONDS", 0.5)
    os.kill(worker.pid, signal.SIGSTOP)
    try:
        assert client.ask("live", str(path), "60") == "the main loop gave no answer within 0.5 s"
    finally:
        os.kill(worker.pid, signal.SIGCONT)
    until(lambda: says_yes("live", path))


def test_a_probe_imports_next_to_nothing(tmp_path: Path) -> None:
    def imported(*words: str) -> set[str]:
        rows = run("-X", "importtime", *words).stderr.splitlines()
        return {row.rpartition("|")[2].strip() for row in rows}

    asking = imported(client.__file__, "live", str(tmp_path / "nobody"), "60")
    assert asking - imported("-c", "pass") == IMPORTS


def test_without_a_worker_the_answer_is_no(tmp_path: Path) -> None:
    code, answer = probe("live", tmp_path / "nobody")
    assert code == 1
    assert answer.startswith("no worker answers at")


@pytest.fixture
def listener(tmp_path: Path) -> Generator[Listener]:
    listener = Listener(tmp_path / "probe", lambda question: f"heard {question.strip()}")
    yield listener
    listener.close()


def test_a_client_that_asks_nothing_holds_up_nobody(listener: Listener, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent, socket.socket(socket.AF_UNIX) as asking:
        silent.connect(str(tmp_path / "probe"))
        asking.connect(str(tmp_path / "probe"))
        asking.sendall(b"live 1\n")
        assert listener.turn() == 2
        assert asking.recv(100) == b"heard live 1\n"


def test_a_client_that_was_too_slow_to_ask_asks_again(tmp_path: Path) -> None:
    path = tmp_path / "probe"
    with socket.socket(socket.AF_UNIX) as server, ThreadPoolExecutor(1) as clients:
        server.bind(str(path))
        server.listen()
        server.settimeout(10)
        answer = clients.submit(client.ask, "live", str(path), "1")
        for said in (b"", b"", b"ok\n"):
            connection, _ = server.accept()
            with connection:
                if said:
                    assert connection.recv(100) == b"live 1\n"
                connection.sendall(said)
        assert answer.result(10) == "ok"


def test_the_socket_of_a_killed_predecessor_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as predecessor:
        predecessor.bind(str(tmp_path / "probe"))
    listener = Listener(tmp_path / "probe", str)
    listener.close()
    assert not (tmp_path / "probe").exists()


def test_a_socket_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"probe's socket .* cannot be made"):
        Listener(tmp_path / "no folder" / "probe", str)
