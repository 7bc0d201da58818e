"""Services are started, kept running and stopped in order; here they are small scripts."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest

from longshore_local.run.console import Console
from longshore_local.run.guarded import Guarded
from longshore_local.run.program import Program
from longshore_local.run.readiness import NotReady, until
from longshore_local.run.service import Service, in_words
from longshore_local.run.supervisor import ServiceFailed, Supervisor
from support.skipping_loop import SkippingLoop

RUNS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(15, signal.SIG_IGN); {RUNS}"
FAMILY = """
import subprocess
child = subprocess.Popen(['sleep', '60'])
print(child.pid, flush=True)
child.wait()
"""


class Set:
    """Services of a test, their supervisor and what is written."""

    def __init__(self, guarded: Guarded) -> None:
        self.written = StringIO()
        self.console = Console(self.written)
        self.supervisor = Supervisor(self.console)
        self._services: list[Service] = []
        self._guarded = guarded

    def service(self, name: str, script: str, stop_seconds: float = 5) -> Service:
        command = (sys.executable, "-c", script)
        program = Program(name, command, {"LONGSHORE_TEST": name}, stop_seconds)
        service = Service(program, self.console, self._guarded)
        self._services.append(service)
        return service

    async def end(self) -> None:
        """Kill what a failed test leaves."""
        hurry = asyncio.Event()
        hurry.set()
        await self.supervisor.stop(self._services, hurry)

    async def said(self, text: str, times: int = 1) -> None:
        async def says() -> bool:
            return self.written.getvalue().count(text) >= times

        await until(says, f"nothing said {text!r}", 120)

    def first_number(self) -> int:
        return int(self.written.getvalue().split()[2])

    def ready_when_said(self, text: str) -> Callable[[], Coroutine[Any, Any, None]]:
        return lambda: self.said(text)


def play(scene: Callable[[Set], Coroutine[Any, Any, None]]) -> str:
    async def played() -> str:
        async with Guarded.open() as guarded:
            stage = Set(guarded)
            try:
                await scene(stage)
                return stage.written.getvalue()
            finally:
                await stage.end()

    return asyncio.run(played())


def test_a_service_is_ready_when_the_check_says_so_and_its_lines_are_shown() -> None:
    async def scene(stage: Set) -> None:
        service = stage.service("api", RUNS)
        await stage.supervisor.start([service], stage.ready_when_said("up"))
        await stage.supervisor.stop([service], asyncio.Event())

    assert play(scene) == "api       | up\n"


def test_a_service_that_ends_at_the_start_is_named_with_its_exit_code() -> None:
    async def scene(stage: Set) -> None:
        service = stage.service("api", "import sys; sys.exit('no database')")
        with pytest.raises(ServiceFailed, match="api ended with exit code 1 before the set was"):
            await stage.supervisor.start([service], stage.ready_when_said("never"))

    assert "api       | no database" in play(scene)


def test_a_set_that_is_not_ready_in_time_is_said() -> None:
    async def never() -> None:
        raise NotReady("the worker did not run a job within 1 s")

    async def scene(stage: Set) -> None:
        service = stage.service("api", RUNS)
        with pytest.raises(ServiceFailed, match="the worker did not run a job within 1 s"):
            await stage.supervisor.start([service], never)
        await stage.supervisor.stop([service], asyncio.Event())

    play(scene)


def test_a_service_that_is_killed_later_is_started_again() -> None:
    async def scene(stage: Set) -> None:
        service = stage.service("worker", f"import os; print(os.getpid(), flush=True); {RUNS}")
        await stage.supervisor.start([service], stage.ready_when_said("up"))
        keeping = asyncio.create_task(stage.supervisor.keep([service]))
        os.kill(stage.first_number(), signal.SIGKILL)
        await stage.said("worker    | up", times=2)
        keeping.cancel()
        await stage.supervisor.stop([service], asyncio.Event())

    assert "worker was killed by SIGKILL; starting it again in 0.5 s" in play(scene)


def test_what_a_killed_service_left_behind_is_killed_too() -> None:
    async def scene(stage: Set) -> None:
        service = stage.service("worker", FAMILY)
        await service.start()
        await stage.said("|")
        child = psutil.Process(stage.first_number())
        os.kill(child.ppid(), signal.SIGKILL)
        assert await service.ended() == "was killed by SIGKILL"
        await asyncio.to_thread(psutil.wait_procs, [child])

    play(scene)


def test_one_that_does_not_stop_in_time_is_killed_and_said() -> None:
    async def scene(stage: Set) -> None:
        service = stage.service("worker", STUBBORN, stop_seconds=0.2)
        await stage.supervisor.start([service], stage.ready_when_said("up"))
        await stage.supervisor.stop([service], asyncio.Event())

    assert "worker did not stop in time and was killed" in play(scene)


def test_in_a_hurry_nothing_is_waited_for() -> None:
    async def scene(stage: Set) -> None:
        # The test would end at its own limit before this wait did.
        service = stage.service("worker", STUBBORN, stop_seconds=3600)
        await stage.supervisor.start([service], stage.ready_when_said("up"))
        hurry = asyncio.Event()
        hurry.set()
        await stage.supervisor.stop([service], hurry)

    play(scene)


def test_services_stop_one_after_the_other() -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(15, lambda *_: sys.exit(print('bye', flush=True)))\n"
        "print('up', flush=True); time.sleep(60)"
    )

    async def scene(stage: Set) -> None:
        services = [stage.service("api", script), stage.service("worker", script)]
        await stage.supervisor.start(services, lambda: stage.said("up", times=2))
        await stage.supervisor.stop(services, asyncio.Event())

    assert play(scene).splitlines()[-2:] == ["api       | bye", "worker    | bye"]


def test_stopping_what_never_started_is_no_trouble() -> None:
    async def scene(stage: Set) -> None:
        service = stage.service("api", RUNS)
        assert await service.ended() == "did not start"
        await stage.supervisor.stop([service], asyncio.Event())

    assert play(scene) == ""


def test_long_lines_and_a_last_one_without_an_end_are_shown_whole(tmp_path: Path) -> None:
    async def scene(stage: Set) -> None:
        service = stage.service("api", "print('x' * 200_000); print('last', end='')")
        await service.start()
        await service.ended()

    assert [len(line) for line in play(scene).splitlines()] == [200_012, 16]


@pytest.mark.parametrize(
    ("code", "words"), [(-9, "was killed by SIGKILL"), (3, "ended with exit code 3")]
)
def test_an_end_is_told_in_words(code: int, words: str) -> None:
    assert in_words(code) == words


def test_a_check_that_never_holds_is_not_ready() -> None:
    async def no() -> bool:
        return False

    with (
        asyncio.Runner(loop_factory=SkippingLoop) as runner,
        pytest.raises(NotReady, match="it did not answer within 30 s"),
    ):
        runner.run(until(no, "it did not answer", 30))
