"""What a crash of the server may cost."""

from __future__ import annotations

from longshore.doctor.facts import Facts
from longshore.doctor.finding import Finding, Verdict

#: Rules of a default user that nobody can log in as, and that can do all its log tells.
KEEPS = "off ~* &* +@all"
READS_ALL = "+@all ~*"
#: From when to when a server reads its file whatever the default user may do: tried, not promised.
READS_WHATEVER = {"valkey": ((9, 1, 2), (10**6,)), "redis": ((6, 2), (7,))}
NEVER = ((10**6,), (10**6,))
LOSES = {
    "always": (Verdict.OK, "nothing that was accepted is lost when the server crashes", ""),
    "everysec": (
        Verdict.OK,
        "a crash of the server's machine may lose the last second of what was accepted",
        "for nothing at all, set appendfsync always; it costs throughput",
    ),
    "no": (
        Verdict.FAIL,
        "the kernel decides when data reach the disk: a crash may lose half a minute",
        "set appendfsync everysec, or always",
    ),
}


def append_only(facts: Facts) -> Finding:
    """Whether data outlive the server."""
    if facts.info.get("aof_enabled") == "1":
        written = facts.info.get("aof_last_write_status", "ok")
        if written == "ok":
            return Finding("append-only file", Verdict.OK, "on", "jobs outlive a restart")
        return Finding(
            "append-only file",
            Verdict.FAIL,
            f"the last write failed ({written})",
            "the server refuses writes, or loses what it accepts now",
            "look at the server's log and at its disk",
        )
    return Finding(
        "append-only file",
        Verdict.FAIL,
        "off",
        "a restart loses every job since the last snapshot, or all of them",
        "set appendonly yes",
    )


def fsync(facts: Facts) -> Finding:
    """How much of the last moment a crash may cost."""
    if facts.fsync is None:
        return Finding(
            "appendfsync",
            Verdict.OK,
            "not visible to this login",
            "everysec may lose the last second in a crash, always nothing",
            "ask who runs the server; it should be everysec or always",
        )
    if facts.info.get("aof_enabled") != "1":
        found = f"{facts.fsync}, without effect"
        return Finding(
            "appendfsync", Verdict.WARN, found, "there is no file to write to", "set appendonly yes"
        )
    verdict, means, do = LOSES.get(facts.fsync, LOSES["no"])
    return Finding("appendfsync", verdict, facts.fsync, means, do)


def log_reader(facts: Facts) -> Finding:
    """Whether the server may do again what its append-only file tells, when it starts.

    It reads the file as its default user and passes over each transaction, which is what a script
    has written, that holds what this user may not do (valkey-io/valkey#3983, redis/redis#14541).
    """
    about, seen = "default user", facts.default_user
    means = "the server reads its append-only file as this user when it starts"
    if seen == READS_ALL:
        return Finding(about, Verdict.OK, seen, means)
    since, before = READS_WHATEVER.get(facts.server_name, NEVER)
    if since <= facts.server < before:
        return Finding(about, Verdict.OK, seen or "not visible", "this version reads it all")
    if seen is None:
        found, do = "not visible to this login", f"ask who runs the server; it should be {KEEPS}"
        return Finding(about, Verdict.OK, found, means, do)
    lost = f"{means}: a restart loses what this user may not do, which may be every job"
    # One that may do all but a few commands loses only what these have written.
    verdict = Verdict.WARN if seen.startswith("+@all ") and "~*" in seen.split() else Verdict.FAIL
    return Finding(about, verdict, seen, lost, f"ACL SETUSER default {KEEPS}")


def replication(facts: Facts) -> Finding:
    """Whether a second server has the data."""
    if facts.info.get("role") not in {None, "master"}:
        return Finding(
            "replication",
            Verdict.FAIL,
            "this server is a replica",
            "it takes no writes",
            "name the primary in the URL, or sentinels: longshore+sentinel://…?master=name",
        )
    count = facts.number("connected_slaves")
    if count:
        return Finding(
            "replication",
            Verdict.OK,
            f"{count} replica(s)",
            "replicas follow with a small delay: a failover may lose what was accepted last",
            "set the app's replicas_to_confirm to exclude it; min-replicas-to-write 1 bounds it",
        )
    return Finding(
        "replication", Verdict.OK, "no replica", "the disk of one server is the only copy"
    )


def eviction(facts: Facts) -> Finding:
    """Whether the server throws jobs away when memory runs out."""
    policy = facts.info.get("maxmemory_policy", "noeviction")
    if policy == "noeviction":
        return Finding("eviction", Verdict.OK, policy, "a full server refuses instead of deleting")
    return Finding(
        "eviction",
        Verdict.FAIL,
        policy,
        "when memory runs out the server deletes jobs, results or records without a word",
        "set maxmemory-policy noeviction",
    )


def memory(facts: Facts) -> Finding:
    """How far the server is from refusing."""
    used, limit = facts.number("used_memory"), facts.number("maxmemory")
    found = f"{used / 2**20:.0f} MiB used"
    if not limit:
        return Finding(
            "memory", Verdict.OK, f"{found}, no limit", "the kernel ends what grows too large"
        )
    share = used / limit
    found = f"{found} of {limit / 2**20:.0f} MiB ({share:.0%})"
    verdict = Verdict.FAIL if share > 0.95 else Verdict.WARN if share > 0.8 else Verdict.OK
    do = "raise maxmemory, or let jobs and results go sooner" if verdict else ""
    return Finding("memory", verdict, found, "a full server refuses to accept jobs", do)
