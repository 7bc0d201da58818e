"""The clock of test servers moves; that of production cannot, and costs nothing for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import longshore
from longshore.envelope import NewJob
from longshore.store import Store, jobs
from longshore.store.scripts import load, part, replace_clock
from longshore.testing.clock import OFFSET_KEY

#: A process that nobody prepared enqueues a job.
PRODUCTION = """
import json, sys
from longshore.envelope import NewJob
from longshore.store import Store, jobs
from longshore.store.scripts import load
with Store.from_url(sys.argv[1]) as store:
    store.run(jobs.enqueue(NewJob(task="shop.add", id="real", kwargs={}, queue="q")))
print(json.dumps(load("enqueue").source))
"""


@pytest.fixture
def store(valkey):
    with Store.from_url(valkey.url) as store:
        yield store


def new_job(job_id, **fields):
    return NewJob(task="shop.add", id=job_id, kwargs={}, queue="q", **fields)


def enqueued_at(store, job_id):
    return store.run(jobs.get(job_id)).enqueued_at


def test_the_time_of_the_scripts_moves_forward(store, clock):
    store.run(jobs.enqueue(new_job("before")))
    clock.advance(3000)
    clock.advance(0.5)
    store.run(jobs.enqueue(new_job("after")))
    assert 3000.5 <= enqueued_at(store, "after") - enqueued_at(store, "before") < 3600


def test_keys_that_expire_get_older_with_it(clock, valkey):
    with valkey.client() as client:
        client.set("short", 1, ex=60)
        client.set("long", 1, ex=600)
        client.set("kept", 1)
        clock.advance(60)
        assert client.mget("short", "long", "kept") == [None, b"1", b"1"]
        assert 500 < client.ttl("long") <= 540


def test_production_reads_the_servers_own_time_and_pays_nothing(store, clock, valkey):
    clock.advance(3000)
    store.run(jobs.enqueue(new_job("moved")))
    with valkey.client() as client:
        client.config_resetstat()
        done = subprocess.run(
            (sys.executable, "-c", PRODUCTION, valkey.url),
            env=os.environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        calls = client.info("commandstats")
    assert enqueued_at(store, "real") < enqueued_at(store, "moved") - 2000
    assert json.loads(done.stdout).startswith(part("_clock"))
    assert OFFSET_KEY not in done.stdout
    assert calls["cmdstat_time"]["calls"] == 1
    assert "cmdstat_get" not in calls


def test_the_clock_of_scripts_that_were_used_cannot_be_exchanged():
    assert load("enqueue").sha
    with pytest.raises(RuntimeError, match="a script was used already"):
        replace_clock(part("_clock"))


def test_only_the_tests_support_exchanges_it():
    root = Path(longshore.__file__).parent
    users = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "replace_clock(" in path.read_text() or "import clock" in path.read_text()
    }
    assert users == {"store/scripts/__init__.py", "testing/clock.py"}


def test_the_time_is_read_by_one_function():
    scripts = Path(longshore.__file__).parent / "store" / "scripts"
    reads = [path.name for path in scripts.glob("*.lua") if "'TIME'" in path.read_text()]
    assert reads == ["_clock.lua"]
