"""What is restarted and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from longshore.store import Store
from support.broker_pod import connected, outage
from support.cluster import Pod, Watch, inside, pods, staying
from support.trial import enqueue, finished, nap, running
from support.until import until

pytestmark = pytest.mark.timeout(600)
OUTAGE = 180
STOP_MAIN = """
import os, signal
for pid in filter(str.isdigit, os.listdir("/proc")):
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    if fields[1] == "1" and "celery" in open(f"/proc/{pid}/cmdline").read():
        os.kill(int(pid), signal.SIGSTOP)
        print("stopped")
"""
COST = """
import resource, subprocess, sys
program, socket = "/etc/longshore/probe/probe.py", "/tmp/longshore.probe"
command = [sys.executable, "-I", "-S", program, "live", socket, "60"]
costs = []
for _ in range(10):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
print(sorted(costs)[len(costs) // 2])
"""


def by_name(name: str) -> Pod:
    (found,) = [pod for pod in pods("worker", "default") if pod.name == name]
    return found


def test_a_probe_costs_at_most_twenty_milliseconds(figure: Any) -> None:
    seconds = float(inside(staying("worker", "default")[0].name, COST))
    figure("CPU of one liveness probe (median of 10)", f"{seconds * 1000:.1f} ms")
    assert seconds <= 0.020


def test_a_stopped_worker_is_restarted_long_before_its_grace_is_over(figure: Any) -> None:
    victim = staying("worker", "default")[0]
    assert "stopped" in inside(victim.name, STOP_MAIN)
    watch = Watch()
    until(lambda: by_name(victim.name).restarts > victim.restarts, 120)
    figure("main process stopped (SIGSTOP)", f"restarted after {watch.seconds:.0f} s")
    assert watch.seconds <= 90


def test_a_broker_that_is_away_restarts_nobody(figure: Any) -> None:
    # One that is starting needs the broker to get up.
    until(lambda: all(pod.ready for pod in staying("worker", "default")), 90)
    before = {pod.name: pod.restarts for pod in staying("worker", "default")}
    with connected() as store:
        ids = enqueue(store, *(nap(20.0) for _ in range(2)))
        until(lambda: all(running(store, one) for one in ids), 60)
    with outage():
        watch = Watch()
        until(lambda: not any(pod.ready for pod in staying("worker", "default")), 90)
        unready = watch.seconds
        until(lambda: watch.seconds > OUTAGE, OUTAGE + 20)
        assert {pod.name: pod.restarts for pod in staying("worker", "default")} == before
    watch = Watch()
    until(lambda: all(pod.ready for pod in staying("worker", "default")), 90)
    with connected() as store:
        assert [found.deliveries for found in finished(store, ids, 60)] == [1, 1]
    figure(
        "3 minutes without the broker, two jobs running when it went",
        f"no restart; NotReady after {unready:.0f} s, ready {watch.seconds:.0f} s after it came"
        " back; each job ran once",
    )


def test_a_busy_worker_is_never_restarted(store: Store, figure: Any) -> None:
    before = {pod.name: pod.restarts for pod in staying("worker", "default")}
    finished(store, enqueue(store, *(nap(25.0) for _ in range(4))), 120)
    assert {pod.name: pod.restarts for pod in staying("worker", "default")} == before
    figure("all processes busy with jobs of 25 s, hard limit 30 s", "no restart")
