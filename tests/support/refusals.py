"""Servers that refuse writes, each for another reason, and take them again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from longshore.testing.ports import free_port
from longshore.testing.server import ValkeyServer
from support.until import until

#: Why a server refuses: it is a replica, its disk fails, the user may not write, or may not run
#: scripts, or its memory is full.
REFUSALS = ("READONLY", "MISCONF", "NOPERM", "NOPERM scripts")
FULL = "OOM"
STOP_WRITES = "stop-writes-on-bgsave-error"


@contextmanager
def refusing(server: ValkeyServer, why: str) -> Iterator[None]:
    """Within it, the server refuses writes."""
    with server.client() as client:
        if why == "MISCONF":
            _fail_to_save(client, server)
        _switch(client, why, on=True)
        yield
        _switch(client, why, on=False)


def _switch(client: Any, why: str, *, on: bool) -> None:
    rights, snapshots = ("ACL", "SETUSER", "default"), ("CONFIG", "SET", STOP_WRITES)
    commands = {
        "READONLY": (("REPLICAOF", "127.0.0.1", str(free_port())), ("REPLICAOF", "NO", "ONE")),
        "MISCONF": ((*snapshots, "yes"), (*snapshots, "no")),
        "NOPERM": ((*rights, "-@write"), (*rights, "+@all")),
        "NOPERM scripts": ((*rights, "-eval", "-evalsha"), (*rights, "+@all")),
        "OOM": (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
    }
    client.execute_command(*commands[why][0 if on else 1])


def _fail_to_save(client: Any, server: ValkeyServer) -> None:
    """Have one snapshot fail: a folder stands where its file is to be."""
    client.config_set(STOP_WRITES, "no")
    (server.directory / "dump.rdb" / "in the way").mkdir(parents=True, exist_ok=True)
    client.config_set("save", "86400 1000000")
    client.set("changed", "1")

    def failed() -> bool:
        found = client.info("persistence")
        if found["rdb_last_bgsave_status"] == "err":
            return True
        if not found["rdb_bgsave_in_progress"] and not found["aof_rewrite_in_progress"]:
            client.bgsave()
        return False

    until(failed)
