"""The proof's workers: forked, and ended with all that they started."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from longshore.prove.arm import Arm
from longshore.prove.member import Pool
from longshore.prove.options import Options, Run
from longshore.prove.stage import Stage
from longshore.testing.fork_server import ForkServer
from support.processes import PROCESSES
from support.until import until


@pytest.fixture
def stage():
    run = Run(Arm.LONGSHORE, Options(), lambda _: None, PROCESSES.fork_server)
    with Stage(run, lease_seconds=2.0) as stage:
        yield stage


def pool_of(worker):
    """The two processes of its pool, once the system lists both."""
    children = psutil.Process(worker.pid).children()
    return children if len(children) == 2 else None


def test_a_worker_works_and_drains_with_its_exit_code(stage):
    worker = stage.member("worker", Pool("prefork"))
    stage.wait_until_ready(worker)
    stage.producer.work(0.0)
    assert stage.drained(10)
    worker.tell(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert not worker.left_behind()


def test_a_killed_worker_ends_with_its_children(stage):
    worker = stage.member("worker", Pool("prefork"))
    stage.wait_until_ready(worker)
    children = until(lambda: pool_of(worker))
    worker.kill()
    assert worker.wait(60) == -signal.SIGKILL
    until(lambda: not any(child.is_running() for child in children))


def test_a_worker_that_ends_alone_leaves_others_behind_and_that_is_seen(stage):
    worker = stage.member("worker", Pool("solo", 1))
    stage.wait_until_ready(worker)
    # Its renewer; the system ends the children of Celery's and our pools with their parent.
    (renewer,) = until(lambda: psutil.Process(worker.pid).children())
    renewer.suspend()
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait(60) == -signal.SIGKILL
    assert worker.left_behind()
    worker.kill()
    until(lambda: not renewer.is_running())


def test_a_worker_that_cannot_start_says_why(stage):
    worker = stage.member("worker", Pool("no-such-pool"))
    assert worker.wait(60) == 2
    assert "no-such-pool" in worker.last_lines(10)


def test_its_end_is_the_end_of_its_workers(tmp_path):
    with ForkServer() as fork_server:
        run = Run(Arm.LONGSHORE, Options(), lambda _: None, fork_server)
        with Stage(run, lease_seconds=2.0) as stage:
            worker = stage.member("worker", Pool("solo", 1))
            stage.wait_until_ready(worker)
            process = psutil.Process(worker.pid)
            fork_server.__exit__(None, None, None)
            until(lambda: not process.is_running())
            assert worker.wait(60) == -signal.SIGKILL
