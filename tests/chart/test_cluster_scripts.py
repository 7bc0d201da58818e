"""The scripts of the development cluster leave the user's current context alone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from support.chart import CHART

ROOT = CHART.parents[1]
#: The kubeconfig of these is a file that holds the current context.
KUBECTL = """#!/bin/sh
case "$*" in
  "config current-context") cat "$KUBECONFIG" ;;
  "config use-context "*) echo "$3" > "$KUBECONFIG" ;;
esac
"""
KIND = """#!/bin/sh
case "$1" in
  create) echo kind-longshore > "$KUBECONFIG"; exit ${KIND_FAILS:-0} ;;
  delete) echo > "$KUBECONFIG" ;;
esac
"""


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, program in (("kubectl", KUBECTL), ("kind", KIND)):
        (tmp_path / name).write_text(program)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("LONGSHORE_TESTBED", "")
    found = tmp_path / "kubeconfig"
    found.write_text("work\n")
    monkeypatch.setenv("KUBECONFIG", str(found))
    return found


def ran(script: str, argument: str) -> int:
    return subprocess.run([ROOT / "k8s-dev" / script, argument], timeout=60, check=False).returncode


def test_a_new_cluster_leaves_the_current_context(kubeconfig: Path) -> None:
    assert ran("cluster.sh", "up") == 0
    assert kubeconfig.read_text() == "work\n"


def test_a_cluster_that_does_not_come_up_leaves_it_too(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIND_FAILS", "1")
    assert ran("cluster.sh", "up") != 0
    assert kubeconfig.read_text() == "work\n"


def test_the_first_cluster_of_a_machine_is_the_current_one(kubeconfig: Path) -> None:
    kubeconfig.write_text("")
    assert ran("cluster.sh", "up") == 0
    assert kubeconfig.read_text() == "kind-longshore\n"


def test_the_cluster_of_the_checks_has_a_file_of_its_own(kubeconfig: Path) -> None:
    (ROOT / ".longshore").mkdir(exist_ok=True)
    assert ran("ci.sh", "clean") == 0
    assert kubeconfig.read_text() == "work\n"
