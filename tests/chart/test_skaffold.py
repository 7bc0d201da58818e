"""The real skaffold, where there is one: it renders what make deploy installs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.chart import KUBERNETES, Object
from support.skaffold import ENVIRONMENTS, PASSWORD, ROOT, printed

OWN_LABEL = "skaffold.dev/"


def asked(*arguments: str) -> str:
    command = shutil.which("skaffold")
    if command is None:
        pytest.skip("no skaffold on the PATH")
    done = subprocess.run(
        [command, *arguments],
        cwd=ROOT,
        env={**os.environ, "SKAFFOLD_INTERACTIVE": "false", "SKAFFOLD_UPDATE_CHECK": "false"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rendered(profile: str, tag: str, folder: Path) -> list[Object]:
    """Have skaffold apply the profile, then render as if all images had this tag."""
    chosen = ["--profile", profile] if profile else []
    config = yaml.safe_load(asked("diagnose", "--yaml-only", *chosen))
    # skaffold does not hand the flags of deploy.helm to "helm template".
    releases = config["deploy"]["helm"]["releases"]
    secret = [f"--set={name}={value}" for name, value in PASSWORD.items()]
    flags = [KUBERNETES, *(secret if profile in {"", "e2e"} else [])]
    config["manifests"] = {"helm": {"flags": {"template": flags}, "releases": releases}}
    names = [one["image"] for one in config["build"]["artifacts"]]
    builds = {"builds": [{"imageName": name, "tag": f"{name}:{tag}"} for name in names]}
    (folder / "builds.json").write_text(json.dumps(builds))
    (folder / "skaffold.yaml").write_text(yaml.safe_dump(config))
    files = (f"--build-artifacts={folder / 'builds.json'}", f"-f={folder / 'skaffold.yaml'}")
    output = folder / "rendered.yaml"
    asked("render", "--offline=true", "--digest-source=none", f"--output={output}", *files)
    found = yaml.safe_load_all(output.read_text())
    return [one for one in found if one]


def plain(node: Any) -> Any:
    """Return the object without the labels that skaffold puts on everything."""
    if isinstance(node, dict):
        kept = {name: value for name, value in node.items() if not name.startswith(OWN_LABEL)}
        return {name: plain(value) for name, value in kept.items()}
    return [plain(one) for one in node] if isinstance(node, list) else node


@pytest.mark.parametrize(("environment", "profile", "tag"), ENVIRONMENTS)
def test_it_renders_what_make_deploy_installs(
    environment: str, profile: str, tag: str, tmp_path: Path
) -> None:
    found = {
        (one["kind"], one["metadata"]["name"]): plain(one)
        for one in rendered(profile, tag, tmp_path)
    }
    mine = printed("k8s-dev/deploy.sh", environment, KUBERNETES, RENDER="1")
    assert found == {(one["kind"], one["metadata"]["name"]): one for one in mine}
