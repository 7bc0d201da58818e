"""The runbook's incident plays as it is recorded."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from tools.incident.stage import BIN, Running, Stage
from tools.incident.story import LATER, ORDERS, STORY, play

from longshore_api.audit.trail import Wanted, read
from longshore_tasks.database import create_engine
from support.pages import blocks, page, section
from support.processes import start

JOB = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}")
TYPED = re.compile(r"^\$ (.*)$", re.MULTILINE)


def recorded() -> list[str]:
    """The commands of the page, with {job} in place of ids."""
    text = "\n".join(blocks(section(page("docs/runbook.md"), "An incident"), "console"))
    return [JOB.sub("{job}", command) for command in TYPED.findall(text)]


def test_the_page_has_the_commands_of_the_story() -> None:
    assert recorded() == [step.command for step in STORY]


class ForkedStage(Stage):
    """The same with processes that are forked."""

    def start(self, command: Sequence[str], release: str, log: Path) -> Running:
        return start(command, {**self.environment, "RELEASE": release}, stdout=log, cwd=self.folder)

    def execute(self, command: str) -> tuple[str, int]:
        name, *arguments = shlex.split(command)
        output = self.folder / "output"
        output.unlink(missing_ok=True)
        process = start(
            (str(BIN / name), *arguments), self.environment, stdout=output, cwd=self.folder
        )
        try:
            code = process.wait(60)
        finally:
            process.kill()
        return output.read_text(), code


def test_the_incident_ends_well_and_the_trail_says_who_did_what() -> None:
    with ForkedStage() as stage:
        played = list(play(stage))
        codes = [(one.command, one.said.code) for one in played]
        assert codes == [(one.command, one.step.code) for one in played], played
        said = {one.step.command: one.said.output for one in played}
        assert f"{ORDERS} dead" in played[0].said.output
        assert "KeyError: 'total_cents'" in said["longshore dead-letters show {job}"]
        assert (stage.dead(), stage.succeeded()) == (0, ORDERS + LATER)
        engine = create_engine(stage.environment["LONGSHORE_DATABASE_URL"])
        rows = read(engine, Wanted(), 10)
        engine.dispose()
    assert [row.action for row in reversed(rows)] == ["pause", "resume", "replay", "replay"]
    assert {(row.actor, row.outcome) for row in rows} == {("ada", "done")}
    assert str(stage.folder) not in "".join(said.values())
