"""Every alert leads to a section of the runbook, whose commands there are."""

from __future__ import annotations

import re
import shlex
from typing import Any

import click
import pytest
import yaml

from longshore.cli.main import main
from support.pages import ROOT, blocks, page, section

PAGE = "docs/runbook.md"
RULES = [
    rule
    for path in sorted((ROOT / "charts/longshore/alerts").glob("*.yaml"))
    for rule in yaml.safe_load(path.read_text())
]
ALERTS = [rule for rule in RULES if "alert" in rule]
COMMAND = re.compile(r"^\$ longshore ([^…\n]+)$", re.MULTILINE)


def alerts() -> str:
    return page(PAGE).partition("## Alerts\n")[2].partition("\n## ")[0]


def test_the_sections_are_those_of_the_alerts() -> None:
    assert re.findall(r"^### (.+)$", alerts(), re.MULTILINE) == sections_in_order()


def sections_in_order() -> list[str]:
    order = ("services", "slo", "queues", "scheduler", "redis", "keda")
    files = [ROOT / f"charts/longshore/alerts/{name}.yaml" for name in order]
    assert set(files) == set((ROOT / "charts/longshore/alerts").iterdir())
    rules = [rule for path in files for rule in yaml.safe_load(path.read_text())]
    return [rule["alert"] for rule in rules if "alert" in rule]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_names_its_section_and_says_what_is_wrong(alert: dict[str, Any]) -> None:
    notes = alert["annotations"]
    assert notes["runbook_url"] == f"{PAGE}#{alert['alert'].lower()}"
    assert notes["summary"].endswith(".")
    assert notes["description"].endswith(".")
    assert alert["labels"]["severity"] in {"critical", "warning"}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_a_section_says_where_to_look_and_how_to_act(alert: dict[str, Any]) -> None:
    told = section(alerts(), alert["alert"])
    assert told.index("**Look.**") < told.index("**Act.**")
    assert blocks(told, "console") or "As above" in told


@pytest.mark.parametrize("line", sorted(set(COMMAND.findall(alerts()))))
def test_a_command_of_the_runbook_is_one(line: str) -> None:
    command, words = command_of(shlex.split(line.partition(" > ")[0]))
    with command.make_context(command.name, words):
        pass


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = main
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    return command, words
