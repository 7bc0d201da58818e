"""``longshore doctor`` on real servers, well and unwell."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from longshore.cli.main import main
from longshore.envelope import NewJob
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer


def examine(url: str, *options: str) -> tuple[int, dict[str, dict[str, str]]]:
    done = CliRunner().invoke(main, ["doctor", url, "--json", *options])
    return done.exit_code, {one["about"]: one for one in json.loads(done.output)}


@pytest.fixture
def unwell() -> Any:
    extra = ("--appendonly", "no", "--maxmemory-policy", "allkeys-lru", "--maxmemory", "1gb")
    with ValkeyServer(extra=extra) as server:
        yield server


def test_a_good_broker_is_well(valkey: ValkeyServer):
    code, findings = examine(valkey.url)
    assert (code, {one["verdict"] for one in findings.values()}) == (0, {"ok"})
    assert findings["appendfsync"]["found"] == "everysec"
    assert "may lose the last second" in findings["appendfsync"]["means"]
    assert "not affected" in findings["clocks"]["means"]


def test_what_would_lose_jobs_is_named_with_what_to_do(unwell: ValkeyServer):
    code, findings = examine(unwell.url)
    assert code == 2
    assert findings["append-only file"]["do"] == "set appendonly yes"
    assert findings["appendfsync"]["found"] == "everysec, without effect"
    assert findings["eviction"]["do"] == "set maxmemory-policy noeviction"


@pytest.mark.parametrize(
    ("rules", "seen"), [("", "-@all"), ("~* &* +@all", "+@all ~*")], ids=["none", "all"]
)
def test_the_rights_of_the_default_user_are_seen(rules: str, seen: str):
    with ValkeyServer() as server:
        with server.client() as client:
            client.execute_command("ACL", "SETUSER", "ops", *["on", ">word", "~*", "&*", "+@all"])
            client.execute_command("ACL", "SETUSER", "default", "reset", *rules.split())
        url = f"longshore://ops:word@127.0.0.1:{server.port}/0"
        assert examine(url)[1]["default user"]["found"] == seen


def test_a_replica_is_no_broker(valkey: ValkeyServer):
    extra = ("--replicaof", "127.0.0.1", str(valkey.port))
    with ValkeyServer(extra=extra) as replica:
        code, findings = examine(replica.url)
    assert (code, findings["replication"]["verdict"]) == (2, "fail")


def drop_delayed(client: Any) -> None:
    client.delete("longshore:delayed:q")


def claim_like_stock(client: Any) -> None:
    client.hset("unacked", "tag", '[{"body": ""},"","q"]')


@pytest.mark.parametrize("damage", [drop_delayed, claim_like_stock])
def test_jobs_that_no_upkeep_would_find_are_told(
    valkey: ValkeyServer, damage: Callable[[Any], None]
):
    with Store.from_url(valkey.url) as store, valkey.client() as client:
        job = NewJob(task="t", id="a", kwargs={}, queue="q", delay_seconds=60)
        store.run(jobs.enqueue(job))
        damage(client)
    code, findings = examine(valkey.url)
    assert (code, findings["orphans"]["verdict"]) == (1, "warn")


def test_nobody_there_is_one_line():
    done = CliRunner().invoke(main, ["doctor", "longshore://:hunter2@127.0.0.1:1/0"])
    assert done.exit_code == 2
    assert done.output.startswith("longshore: broker longshore://:***@127.0.0.1:1/0 did not")
    assert done.output.count("\n") == 1


def test_the_table_says_it_for_people(valkey: ValkeyServer):
    done = CliRunner().invoke(main, ["doctor", valkey.url])
    assert done.exit_code == 0
    assert "noeviction" in done.output
