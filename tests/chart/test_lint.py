"""helm's own opinion of the chart."""

from __future__ import annotations

import subprocess

import pytest

from support.chart import CHART, KUBERNETES, helm, shipped


@pytest.mark.parametrize("environment", shipped())
def test_helm_has_nothing_to_complain_of(environment: str) -> None:
    files = ["--values", str(CHART / f"values-{environment}.yaml")] if environment else []
    done = subprocess.run(
        [helm(), "lint", "--strict", KUBERNETES, str(CHART), *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 chart(s) failed" in done.stdout
