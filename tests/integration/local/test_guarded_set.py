"""The set with its authentication on, as its user starts it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx

from support.bearer import bearer
from support.processes import run
from support.running_set import RunningSet

ADD = "/api/v1/tasks/system.add/jobs"
SUM = {"a": 2, "b": 3}


def new_key(running: RunningSet, *scopes: str) -> str:
    """Make a key as an administrator does."""
    words = [word for scope in scopes for word in ("--scope", scope)]
    database = f"sqlite:///{running.directory / 'data' / 'longshore.sqlite3'}"
    command = (str(Path(sys.executable).with_name("longshore-api")), "keys", "create")
    made = run(
        (*command, "--client", "me", *words), {**os.environ, "LONGSHORE_DATABASE_URL": database}
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def test_only_who_holds_a_key_can_enqueue(tmp_path: Path) -> None:
    with RunningSet(tmp_path, local_auth="required") as running:
        assert "authentication is on" in running.lines()
        with httpx.Client(base_url=running.url, trust_env=False) as client:
            assert client.post(ADD, json=SUM).status_code == 401
            key = bearer(new_key(running, "jobs:read", "jobs:write"))
            posted = client.post(ADD, json=SUM, headers=key)
            assert posted.status_code == 202
            assert client.get(posted.headers["Location"], headers=key).status_code == 200
            assert client.get("/api/v1/health/jobs", headers=key).status_code == 403
        key_alone = key["Authorization"].removeprefix("Bearer ")
        loaded = running.run("load", "--jobs", "20", LONGSHORE_API_KEY=key_alone)
        assert loaded.returncode == 0, loaded.stderr
        assert key_alone not in running.lines()
