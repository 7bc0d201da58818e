"""What the doctor makes of facts, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longshore.doctor.examination import examine
from longshore.doctor.facts import Facts
from longshore.doctor.finding import Verdict, worst
from longshore.store import StoreSettings
from longshore.store.inspection import Orphans

WELL = Facts(
    info={"redis_version": "7.0.15", "aof_enabled": "1", "maxmemory_policy": "noeviction"},
    settings=StoreSettings(),
    fsync="always",
    default_user="+@all ~*",
    refused=(),
    clock_ahead=0.01,
    round_trip=0.001,
    orphans=Orphans(0, 0, 0, 0, whole=True),
)


def found(facts: Facts, about: str):
    (finding,) = [finding for finding in examine(facts) if finding.about == about]
    return finding


def test_all_is_well():
    assert worst(examine(WELL)) is Verdict.OK


@pytest.mark.parametrize(
    ("info", "about", "verdict"),
    [
        ({"redis_version": "6.0.16"}, "server", Verdict.FAIL),
        ({"redis_version": "6.2.0"}, "server", Verdict.OK),
        ({"valkey_version": "7.2.4"}, "server", Verdict.FAIL),
        ({"valkey_version": "8.0.0"}, "server", Verdict.OK),
        ({"cluster_enabled": "1"}, "server", Verdict.FAIL),
        ({"aof_enabled": "0"}, "append-only file", Verdict.FAIL),
        ({"aof_last_write_status": "err"}, "append-only file", Verdict.FAIL),
        ({"maxmemory_policy": "allkeys-lru"}, "eviction", Verdict.FAIL),
        ({"used_memory": "85", "maxmemory": "100"}, "memory", Verdict.WARN),
        ({"used_memory": "96", "maxmemory": "100"}, "memory", Verdict.FAIL),
        ({"role": "slave"}, "replication", Verdict.FAIL),
        ({"connected_slaves": "1"}, "replication", Verdict.OK),
    ],
)
def test_what_the_server_says_is_judged(info, about, verdict):
    assert found(replace(WELL, info={**WELL.info, **info}), about).verdict is verdict


@pytest.mark.parametrize(
    ("info", "rules", "verdict"),
    [
        ({"redis_version": "6.2.14"}, "-@all", Verdict.OK),
        ({"redis_version": "7.4.0"}, "-@all", Verdict.FAIL),
        ({"valkey_version": "8.1.1"}, "-@all", Verdict.FAIL),
        ({"valkey_version": "8.1.1"}, "+@all", Verdict.FAIL),
        ({"valkey_version": "8.1.1"}, "+@all -flushall ~*", Verdict.WARN),
        ({"valkey_version": "9.1.2"}, "-@all", Verdict.OK),
    ],
)
def test_what_a_default_user_may_not_do_costs_what_scripts_wrote(info, rules, verdict):
    told = found(replace(WELL, info={**WELL.info, **info}, default_user=rules), "default user")
    assert told.verdict is verdict
    assert ("off ~* &* +@all" in told.do) == (verdict is not Verdict.OK)


@pytest.mark.parametrize(
    ("change", "about", "verdict"),
    [
        ({"default_user": None}, "default user", Verdict.OK),
        ({"fsync": "no"}, "appendfsync", Verdict.FAIL),
        ({"fsync": None}, "appendfsync", Verdict.OK),
        ({"refused": ("zadd k 1 1",)}, "rights", Verdict.FAIL),
        ({"refused": None}, "rights", Verdict.OK),
        ({"clock_ahead": -5.0}, "clocks", Verdict.WARN),
        ({"round_trip": 3.0}, "leases", Verdict.WARN),
        ({"orphans": Orphans(99, 50, 0, 0, whole=False)}, "orphans", Verdict.WARN),
        ({"orphans": Orphans(0, 0, 1, 0, whole=True)}, "orphans", Verdict.WARN),
    ],
)
def test_what_was_measured_is_judged(change, about, verdict):
    assert found(replace(WELL, **change), about).verdict is verdict


def test_what_is_wrong_comes_with_what_to_do():
    ill = replace(WELL, info={"redis_version": "5.0", "maxmemory_policy": "x"}, fsync="no")
    assert all(finding.do for finding in examine(ill) if finding.verdict is not Verdict.OK)


def test_clocks_do_not_matter_for_leases_and_the_doctor_says_when_they_do():
    finding = found(replace(WELL, clock_ahead=60.0), "clocks")
    assert "60.00 s ahead" in finding.found
    assert "not affected" in finding.means
    assert "ETA" in finding.means
