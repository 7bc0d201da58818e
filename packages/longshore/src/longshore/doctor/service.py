"""Whether the server can serve: its version, the login's rights, clocks, leases, what was left."""

from __future__ import annotations

from longshore.doctor.facts import Facts
from longshore.doctor.finding import Finding, Verdict

OLDEST = {"redis": (6, 2), "valkey": (8, 0)}
CLOCKS_SECONDS = 2.0
ORPHANS = 100


def version(facts: Facts) -> Finding:
    """Whether the server is new enough."""
    name = facts.server_name
    found, oldest = f"{name} {'.'.join(map(str, facts.server))}", OLDEST[name]
    if facts.info.get("cluster_enabled") == "1":
        return Finding(
            "server",
            Verdict.FAIL,
            f"{found}, a cluster",
            "the scripts touch keys of several slots, which a cluster refuses",
            "use one server, with replicas and sentinels if it must not be away",
        )
    if facts.server >= oldest:
        return Finding("server", Verdict.OK, found, "it can do all that is needed")
    needed = ".".join(map(str, oldest))
    return Finding(
        "server", Verdict.FAIL, found, "the scripts need newer commands", f"use {needed} or newer"
    )


def rights(facts: Facts) -> Finding:
    """Whether the login may do all that is needed."""
    if facts.refused is None:
        return Finding(
            "rights",
            Verdict.OK,
            "this server cannot tell",
            "a missing right shows as an error when it is needed",
            "compare the login with `longshore acl`",
        )
    if not facts.refused:
        return Finding("rights", Verdict.OK, "all", "the login may do all that is needed")
    return Finding(
        "rights",
        Verdict.FAIL,
        f"refused: {', '.join(facts.refused[:5])}",
        "workers or producers fail when they come to it",
        "give the login what `longshore acl` prints",
    )


def clocks(facts: Facts) -> Finding:
    """How this machine's clock differs from the server's."""
    ahead = facts.clock_ahead
    found = f"the server's is {abs(ahead):.2f} s {'ahead' if ahead > 0 else 'behind'}"
    means = "leases, delays and schedules go by the server's clock alone, so they are not affected"
    if abs(ahead) <= CLOCKS_SECONDS:
        return Finding("clocks", Verdict.OK, found, means)
    return Finding(
        "clocks",
        Verdict.WARN,
        found,
        f"{means}; an ETA or expiry is computed on the producer's clock and is off by as much",
        "let both follow a time server (NTP)",
    )


def leases(facts: Facts) -> Finding:
    """What the settings promise."""
    settings = facts.settings
    found = f"{settings.lease_seconds:g} s, renewed every {settings.renew_every_seconds:g} s"
    means = f"a lost worker's jobs run elsewhere within {2 * settings.lease_seconds:g} s"
    if facts.round_trip < settings.renew_every_seconds / 2:
        return Finding("leases", Verdict.OK, found, means)
    return Finding(
        "leases",
        Verdict.WARN,
        f"{found}; the server took {facts.round_trip:.2f} s to answer",
        "renewals may come late, and jobs then run twice",
        "look for slow commands (SLOWLOG) or a far-away server",
    )


def orphans(facts: Facts) -> Finding:
    """What nobody looks after any more."""
    left = facts.orphans
    found = (
        f"{left.replies} reply or event list(s), {left.bells} bell(s), "
        f"{left.records} record(s) without a place, {left.claims} claim(s) without a lease"
    )
    found += "" if left.whole else ", in a part of the keys"
    if left.records or left.claims:
        return Finding(
            "orphans",
            Verdict.WARN,
            found,
            "records without a place were edited by hand or lost in a crash; claims without a "
            "lease are those of stock workers, which only a stock worker takes back",
            "look at the records; keep one stock worker until the claims are gone",
        )
    if left.total > ORPHANS:
        return Finding(
            "orphans",
            Verdict.WARN,
            found,
            "they cost memory, nothing else",
            "run `longshore janitor`; any live worker does the same over time",
        )
    return Finding("orphans", Verdict.OK, found, "the janitor of any live worker removes them")
