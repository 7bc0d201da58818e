"""What the Dockerfile promises can be read in it; the images themselves are tested beside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGE = re.compile(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM |\Z)", re.MULTILINE | re.DOTALL)
STAGES = dict(STAGE.findall(DOCKERFILE))
TARGETS = ["api", "worker", "scheduler", "flower"]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_adds_an_environment_and_nothing_else(target: str) -> None:
    assert re.findall(r"^(?:RUN|ADD)\b.*", STAGES[target], re.MULTILINE) == []
    assert "COPY --from=build-" in STAGES[target]


def test_the_last_stages_have_no_installer() -> None:
    assert "pip install" not in STAGES["base"]
    assert "uv " not in STAGES["base"]


def test_the_process_is_behind_tini_and_gets_its_signals_alone() -> None:
    assert 'ENTRYPOINT ["/usr/bin/tini", "--"]' in STAGES["base"]


def test_the_user_is_a_number() -> None:
    assert re.search(r"^USER \d+:\d+$", STAGES["base"], re.MULTILINE)


def test_the_lock_decides() -> None:
    assert len(re.findall("uv sync --locked --no-dev", DOCKERFILE)) == 6


def test_no_base_image_is_named_but_by_an_argument() -> None:
    names = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert names == {"${PYTHON_IMAGE}", "builder", "base"}


def test_only_what_is_needed_goes_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"


def test_every_member_of_the_workspace_is_known_to_the_builder() -> None:
    members = {
        path.parent.relative_to(ROOT).as_posix()
        for folder in ("packages", "services")
        for path in (ROOT / folder).glob("*/pyproject.toml")
    }
    copied = set(re.findall(r"^COPY (\S+)/pyproject.toml", STAGES["builder"], re.MULTILINE))
    assert copied == members
