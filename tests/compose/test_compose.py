"""What the compose file promises: order, room to drain, nothing to write to, no secret."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.compose import FILE, PASSWORDS, ROOT, client, environment, resolved, services

OURS = ("api", "worker", "scheduler")
ALL = sorted(services())
ASKABLE = [name for name in ALL if not services()[name]["healthcheck"].get("disable")]
SECRET = re.compile(r"\$\{\w+_PASSWORD:\?[^}]+\}")


def test_dockers_own_client_takes_it() -> None:
    assert set(resolved()) == set(ALL)


def test_without_a_password_nothing_starts() -> None:
    done = client("config", "--quiet", secrets=False)
    assert done.returncode != 0
    assert "set it in .env" in done.stderr


def test_no_secret_is_in_the_file() -> None:
    lines = [
        line for line in FILE.read_text().splitlines() if "PASSWORD" in line or "AUTH:" in line
    ]
    settings = [line for line in lines if not re.fullmatch(r" +LONGSHORE_\w+:", line)]
    assert len(settings) >= len(PASSWORDS)
    assert [line for line in settings if not SECRET.search(line)] == []


def test_every_password_is_told_of_and_has_no_value() -> None:
    example = (ROOT / ".env.example").read_text().splitlines()
    assert {f"#{name}=" for name in PASSWORDS} <= set(example)


@pytest.mark.parametrize("name", ALL)
def test_a_container_has_no_rights_and_a_root_that_is_read_only(name: str) -> None:
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]


@pytest.mark.parametrize("name", ALL)
def test_an_image_is_pinned(name: str) -> None:
    service = services()[name]
    tag = service["image"].rpartition(":")[2]
    assert "build" in service or re.match(r"v?\d+\.\d+", tag)


def test_what_is_built_has_its_target() -> None:
    targets = set(
        re.findall(r"^FROM base AS (\w+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    )
    assert {one["build"]["target"] for one in services().values() if "build" in one} == targets


@pytest.mark.parametrize("name", ASKABLE)
def test_a_container_is_asked_whether_it_is_well(name: str) -> None:
    assert services()[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", ALL)
def test_a_container_waits_until_what_it_needs_is_well(name: str) -> None:
    for needed, how in services()[name].get("depends_on", {}).items():
        assert how["condition"] == "service_healthy"
        assert needed in ASKABLE


def test_what_is_kept_is_on_volumes_that_are_declared() -> None:
    declared = set(yaml.safe_load(FILE.read_text())["volumes"])
    used = {
        volume.split(":")[0] for one in services().values() for volume in one.get("volumes", ())
    }
    assert {volume for volume in used if not volume.startswith(".")} == declared


def test_what_is_mounted_from_here_is_here() -> None:
    mounted = {
        volume.split(":")[0] for one in services().values() for volume in one.get("volumes", ())
    }
    places = [Path(ROOT / volume) for volume in mounted if volume.startswith(".")]
    assert places
    assert all(place.exists() for place in places)


def test_only_this_machine_reaches_it() -> None:
    ports = [port for one in services().values() for port in one.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_worker_leaves_before_it_is_killed() -> None:
    drain = int(environment("worker")["LONGSHORE_WORKER_DRAIN_SECONDS"] or 0)
    assert 0 < drain < seconds("worker")


def seconds(name: str) -> int:
    return int(services()[name]["stop_grace_period"].removesuffix("s"))


def test_prometheus_asks_every_service_where_it_answers() -> None:
    scraped: dict[str, int] = {}
    for job in yaml.safe_load((ROOT / "compose/prometheus.yaml").read_text())["scrape_configs"]:
        scraped |= {one["names"][0]: one["port"] for one in job["dns_sd_configs"]}
    assert set(scraped) == set(OURS)
    assert scraped["api"] == int(environment("api")["LONGSHORE_PORT"] or 0)
    for name in ("worker", "scheduler"):
        assert scraped[name] == int(environment(name)["LONGSHORE_METRICS_PORT"] or 0)


def test_valkey_keeps_what_it_accepts_and_evicts_nothing() -> None:
    pairs: dict[str, Any] = dict(pairwise(services()["valkey"]["command"]))
    assert pairs["--appendonly"] == "yes"
    assert pairs["--maxmemory-policy"] == "noeviction"


def test_flower_asks_who_is_there_and_changes_nothing() -> None:
    told = environment("flower")
    assert SECRET.search(told["FLOWER_BASIC_AUTH"] or "")
    assert told["FLOWER_READ_ONLY"] == "true"
