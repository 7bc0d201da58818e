"""Prometheus itself reads what compose configures it with."""

from __future__ import annotations

import re

import pytest

from support.compose import ROOT, services
from support.promtool import promtool


def test_prometheus_takes_the_configuration_of_compose() -> None:
    version = re.search(r"version (\d+)", promtool("--version"))
    if version and int(version[1]) < 3:
        pytest.skip(f"this promtool is of {version[0]}; the configuration is for Prometheus 3")
    assert "SUCCESS" in promtool("check", "config", ROOT / "compose/prometheus.yaml")


def test_the_prometheus_of_compose_is_the_one_that_is_tested_with() -> None:
    built = re.search(r"^version=v0\.(\d)(\d+)\.(\d+)", tool(), re.MULTILINE)
    assert built
    assert services()["prometheus"]["image"] == f"prom/prometheus:v{'.'.join(built.groups())}"


def tool() -> str:
    return (ROOT / "tools/prometheus.sh").read_text()
