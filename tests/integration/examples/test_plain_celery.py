"""The example of an app that is moved by its URL, there and back, with jobs waiting."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.processes import run
from support.until import until

EXAMPLE = Path(__file__).parents[3] / "examples" / "plain-celery" / "shop.py"


def environment(valkey: ValkeyServer, scheme: str) -> dict[str, str]:
    return {"SHOP_BROKER": valkey.url.replace("longshore", scheme)}


def ordered(own: dict[str, str]) -> str:
    """The id of the bill's job, as the example prints it."""
    command = (sys.executable, str(EXAMPLE), "Ada", "1250", "99")
    done = run(command, {**os.environ, **own})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def billed(job_id: str, client: Any) -> bytes | None:
    value: bytes | None = client.get(f"celery-task-meta-{job_id}")
    return value


@pytest.mark.parametrize(
    ("before", "after", "pool"),
    [
        ("redis", "longshore", "prefork"),
        ("redis", "longshore", "longshore"),
        ("longshore", "redis", "prefork"),
    ],
)
def test_what_waits_when_the_url_is_changed_is_run_behind_it(
    before: str, after: str, pool: str, valkey: ValkeyServer, tmp_path: Path
) -> None:
    old, new = environment(valkey, before), environment(valkey, after)
    waiting = ordered(old)
    with (
        valkey.client() as client,
        CeleryWorker(EXAMPLE, tmp_path / "worker.log", new, pool=pool, stock=after == "redis"),
    ):
        fresh = ordered(new)
        for job_id in (waiting, fresh):
            result = until(lambda job_id=job_id: billed(job_id, client), 30)
            assert b'"result": "Ada pays 13.49"' in result
        assert not client.llen("shop")
