"""Liveness asks nobody but the process; a probe never needs a shell."""

from __future__ import annotations

from typing import Any

import pytest

from support.chart import CHART, Object, container, render, shipped, worker

SCRIPT = "/etc/longshore/probe/probe.py"
SHELLS = {"sh", "bash", "/bin/sh", "/bin/bash"}


def probes(**settings: Any) -> Object:
    found: Object = worker(**settings)["spec"]["template"]["spec"]["containers"][0]
    return found


def command(found: Object, probe: str) -> list[str]:
    asked: list[str] = found[f"{probe}Probe"]["exec"]["command"]
    return asked


def test_a_worker_is_asked_over_its_socket_without_site_packages() -> None:
    found = probes(hardLimitSeconds=100, probes={"wedgedMarginSeconds": 20})
    path = {one["name"]: one.get("value") for one in found["env"]}["LONGSHORE_PROBE_SOCKET"]
    assert command(found, "liveness") == [
        *("python", "-I", "-S", SCRIPT, "live"),
        *(path, "120"),
    ]
    assert command(found, "readiness")[4:6] == ["ready", path]


def test_startup_loads_no_app_and_asks_what_liveness_asks() -> None:
    found = probes()
    assert command(found, "startup") == command(found, "liveness")
    assert "--hostname=default@$(POD_NAME)" in found["args"]


def test_celerys_ping_can_be_had_for_all_probes() -> None:
    found = probes(probes={"mode": "inspect-ping"})
    for probe in ("startup", "liveness", "readiness"):
        assert command(found, probe)[:-1] == [
            *("python", SCRIPT, "inspect", "longshore_worker.main", "default")
        ]


def test_celerys_ping_is_asked_seldom_and_has_time_to_load_the_app() -> None:
    cheap, costly = probes(), probes(probes={"mode": "inspect-ping"})
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert costly[probe]["timeoutSeconds"] >= 4 * cheap[probe]["timeoutSeconds"]
        assert costly[probe]["periodSeconds"] >= 4 * cheap[probe]["periodSeconds"]


@pytest.mark.parametrize("mode", ["socket", "inspect-ping"])
def test_timings_of_ones_own_are_taken_one_by_one(mode: str) -> None:
    usual = probes(probes={"mode": mode})["livenessProbe"]
    found = probes(probes={"mode": mode, "liveness": {"periodSeconds": 7}})["livenessProbe"]
    assert found == {**usual, "periodSeconds": 7}


def test_the_command_gives_up_before_its_probe_does() -> None:
    found = probes(probes={"mode": "inspect-ping", "liveness": {"timeoutSeconds": 12}})
    assert int(command(found, "liveness")[-1]) < found["livenessProbe"]["timeoutSeconds"]


def test_a_hung_worker_does_not_wait_out_its_grace() -> None:
    assert probes(hardLimitSeconds=3600)["livenessProbe"]["terminationGracePeriodSeconds"] == 5


def test_a_stopped_worker_is_found_within_ninety_seconds() -> None:
    liveness = probes()["livenessProbe"]
    rounds = liveness["failureThreshold"] * liveness["periodSeconds"]
    worst = rounds + liveness["timeoutSeconds"] + liveness["terminationGracePeriodSeconds"]
    assert worst <= 90


def test_the_scheduler_is_asked_for_its_tick() -> None:
    found = container(render(), "Deployment", "scheduler")
    path = {one["name"]: one.get("value") for one in found["env"]}["LONGSHORE_SCHEDULER_TICK_FILE"]
    assert command(found, "liveness")[4:] == ["tick", path, "30"]


def test_the_script_is_the_charts_own_and_any_image_has_it() -> None:
    objects = render()
    client = CHART.parents[1] / "packages/longshore/src/longshore/worker/probe/client.py"
    script = objects.one("ConfigMap", "probe")["data"]["probe.py"]
    assert script == client.read_text(), "run make chart-readme"
    for name in ("worker-default", "scheduler"):
        spec = objects.one("Deployment", name)["spec"]["template"]["spec"]
        mounts = {one["name"]: one["mountPath"] for one in spec["containers"][0]["volumeMounts"]}
        volumes = {one["name"]: one for one in spec["volumes"]}
        assert f"{mounts['probe']}/probe.py" == SCRIPT
        assert volumes["probe"]["configMap"]["name"] == "demo-longshore-probe"
        for probe in ("startup", "liveness"):
            assert SCRIPT in command(container(objects, "Deployment", name), probe)


def test_the_api_is_alive_without_its_broker() -> None:
    found = container(render(), "Deployment", "api")
    assert found["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert found["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_no_probe_needs_a_shell() -> None:
    for environment in shipped():
        for name, template in render(environment=environment).pods():
            for one in template["spec"]["containers"]:
                for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                    asked = one.get(probe, {}).get("exec", {}).get("command", [""])
                    assert asked[0] not in SHELLS, name
