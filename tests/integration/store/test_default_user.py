"""A server that nobody can log in to as its default user has all its jobs after a restart."""

from __future__ import annotations

from pathlib import Path

from longshore.doctor.durability import KEEPS
from longshore.envelope import NewJob
from longshore.records import JobState
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer

OPERATOR = "--user ops on >word ~* &* +@all"


def test_a_restart_keeps_what_scripts_wrote(tmp_path: Path):
    users = f"--user default {KEEPS} {OPERATOR}"
    with ValkeyServer(directory=tmp_path, extra=users.split()) as server:
        url = f"longshore://ops:word@127.0.0.1:{server.port}/0"
        with Store.from_url(url) as store:
            store.run(jobs.enqueue(NewJob(task="shop.add", id="kept", kwargs={}, queue="q")))
        server.stop()
        server.start()
        with Store.from_url(url) as store:
            assert store.run(jobs.get("kept")).state is JobState.QUEUED
