"""The files of the development loop install what the chart's tests have seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from support.chart import CHART, render

ROOT = CHART.parents[1]
SKAFFOLD: dict[str, Any] = yaml.safe_load((ROOT / "skaffold.yaml").read_text())


def releases() -> list[dict[str, Any]]:
    profiles = [SKAFFOLD, *SKAFFOLD["profiles"]]
    return [one for profile in profiles for one in profile["deploy"]["helm"]["releases"]]


def test_skaffold_builds_the_targets_of_the_dockerfile() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    for artifact in SKAFFOLD["build"]["artifacts"]:
        assert f" AS {artifact['docker']['target']}\n" in dockerfile


def test_skaffold_installs_from_files_that_exist() -> None:
    for release in releases():
        for file in (release["chartPath"], *release["valuesFiles"]):
            assert (ROOT / file).exists()


def test_skaffold_sets_values_that_the_chart_has() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    for release in releases():
        for path in release["setValueTemplates"]:
            node = values
            for key in path.split("."):
                node = node[key]


def test_the_values_for_the_cluster_render() -> None:
    for name in ("values.yaml", "values-e2e.yaml"):
        values = yaml.safe_load((ROOT / "k8s-dev" / name).read_text())
        assert render(values).of("Deployment")


def test_the_cluster_is_a_kind_configuration() -> None:
    cluster = yaml.safe_load(Path(ROOT / "k8s-dev" / "kind.yaml").read_text())
    assert cluster["kind"] == "Cluster"
