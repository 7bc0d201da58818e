"""The files of the development loop install what the chart's tests have seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from support import skaffold
from support.chart import CHART, KUBERNETES, container, helm, refusal, render
from support.skaffold import ENVIRONMENTS, PASSWORD, ROOT, printed

PROFILES = ["", "sync", "e2e", "staging", "prod"]


@pytest.mark.parametrize(("environment", "profile", "tag"), ENVIRONMENTS)
def test_skaffold_and_make_deploy_install_the_same(
    environment: str, profile: str, tag: str
) -> None:
    release = skaffold.release(profile)
    files = [word for name in release["valuesFiles"] for word in ("-f", name)]
    images = skaffold.images(profile, tag)
    images |= PASSWORD if environment in {"dev", "e2e"} else {}
    settings = [word for name, value in images.items() for word in ("--set", f"{name}={value}")]
    place = (
        "template",
        release["name"],
        release["chartPath"],
        "-n",
        release["namespace"],
        KUBERNETES,
    )
    mine = printed("k8s-dev/deploy.sh", environment, KUBERNETES, RENDER="1")
    assert mine == printed(helm(), *place, *files, *settings)


@pytest.mark.parametrize("profile", PROFILES)
def test_skaffold_builds_targets_that_exist(profile: str) -> None:
    for one in skaffold.artifacts(profile):
        dockerfile = ROOT / one.get("context", ".") / one["docker"]["dockerfile"]
        assert f" AS {one['docker']['target']}\n" in dockerfile.read_text()


@pytest.mark.parametrize("profile", PROFILES)
def test_skaffold_sets_values_that_the_chart_has(profile: str) -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    for path in skaffold.release(profile)["setValueTemplates"]:
        node = values
        for key in path.split("."):
            node = node[key]


def test_skaffold_brings_the_broker_that_the_chart_names_and_nobody_builds() -> None:
    image = container(render(), "StatefulSet", "valkey")["image"]
    for profile in ("", "sync", "e2e"):
        (hook,) = skaffold.config(profile)["deploy"]["helm"]["hooks"]["before"]
        assert hook["host"]["command"] == ["k8s-dev/cluster.sh", "load", image]
    for profile in ("staging", "prod"):
        assert "hooks" not in skaffold.config(profile)["deploy"]["helm"]


def test_file_sync_writes_every_package_where_the_services_run_from() -> None:
    sources = {
        path.relative_to(ROOT).as_posix()
        for folder in ("packages", "services")
        for path in (ROOT / folder).glob("*/src")
    }
    (live,) = {
        word
        for word in container(render({"development": {"reload": True}}), "Deployment", "api")[
            "args"
        ]
        if word.startswith("/")
    }
    for one in skaffold.artifacts():
        rules = one["sync"]["manual"]
        assert {rule["dest"] for rule in rules} == {live}
        assert {rule["strip"].rstrip("/") for rule in rules} == sources
        assert all(rule["src"] == f"{rule['strip']}**/*" for rule in rules)


def test_only_skaffold_dev_has_services_reload() -> None:
    assert skaffold.release("sync")["valuesFiles"][-1] == "k8s-dev/values-sync.yaml"
    for profile in ("", "e2e", "staging", "prod"):
        assert "k8s-dev/values-sync.yaml" not in skaffold.release(profile)["valuesFiles"]


def test_reloading_goes_in_front_of_the_very_same_command() -> None:
    reloaded: dict[str, Any] = {"development": {"reload": True}}
    before = container(render(), "Deployment", "worker-default")["args"]
    after = container(render(reloaded), "Deployment", "worker-default")["args"]
    assert after == ["python", "-m", "longshore.reload", "/tmp/live", *before]
    assert "args" not in container(render(), "Deployment", "api")
    api = container(render(reloaded), "Deployment", "api")["args"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert f'CMD ["{api[-1]}"]' in dockerfile
    scheduler = container(render(reloaded), "Deployment", "scheduler")["args"]
    assert f"CMD {scheduler[4:]!r}".replace("'", '"') in dockerfile


def test_reloading_is_refused_outside_of_dev() -> None:
    said = refusal({"development": {"reload": True}}, "prod")
    assert "environment is prod" in said
    assert "development.reload=false" in said


def test_the_cluster_is_a_kind_configuration() -> None:
    for name in ("kind.yaml", "kind-e2e.yaml"):
        cluster = yaml.safe_load(Path(ROOT / "k8s-dev" / name).read_text())
        assert cluster["kind"] == "Cluster"


def test_skaffold_installs_where_the_local_cluster_is_and_nowhere_else_by_itself() -> None:
    for profile in ("", "sync", "e2e"):
        assert skaffold.config(profile)["deploy"]["kubeContext"] == "kind-longshore"
    for profile in ("staging", "prod"):
        assert "kubeContext" not in skaffold.config(profile)["deploy"]


def test_the_image_of_the_verification_is_not_pulled_where_it_was_built() -> None:
    job = yaml.safe_load((ROOT / "k8s-dev" / "smoke.yaml").read_text())
    (found,) = job["spec"]["template"]["spec"]["containers"]
    assert found["imagePullPolicy"] == "IfNotPresent"


def test_ending_the_development_loop_leaves_its_data() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\ndev: ")[2].partition("\n\n")[0]
    assert "skaffold dev --cleanup=false" in recipe
