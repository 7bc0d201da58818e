"""The architecture page says what the scripts do."""

from __future__ import annotations

import re
from collections import defaultdict

from longshore.records import JobState
from support.pages import SCRIPTS, blocks, first_cells, page, section

PAGE = "docs/architecture.md"
SHARED = {"_clock", "_prelude", "schedule_fence"}
#: What the functions of the prelude write.
HELPERS = {"interrupt": {"queued", "dead"}, "end_cancelled": {"cancelled"}}
WRITES = re.compile(r"'state', '(\w+)'|new_state = '(\w+)'")
ARROW = re.compile(r"^ +(\S+) --> (\S+?)(?:: (.*))?$", re.MULTILINE)


def names() -> set[str]:
    return {script.stem for script in SCRIPTS.glob("*.lua")} - SHARED


def source(script: str) -> str:
    return (SCRIPTS / f"{script}.lua").read_text()


def arrows() -> list[tuple[str, str, str]]:
    (diagram,) = blocks(section(page(PAGE), "Life of a job"), "mermaid")
    return ARROW.findall(diagram)


def states_written_by(script: str) -> set[str]:
    if script == "settle":  # its caller names the state
        return {state.value for state in JobState if state.finished}
    text = source(script)
    written = {word for pair in WRITES.findall(text) for word in pair if word}
    called = [states for helper, states in HELPERS.items() if f"{helper}(" in text]
    return written.union(*called) & set(JobState)


def test_every_script_has_its_row_and_every_row_its_script() -> None:
    rows = first_cells(section(page(PAGE), "Scripts"))
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == names()


def test_every_key_of_the_scripts_has_its_row_and_every_row_its_key() -> None:
    shapes = {name for row in first_cells(section(page(PAGE), "Keys")) for name in prefixes(row)}
    written = {name for script in SCRIPTS.glob("*.lua") for name in prefixes(script.read_text())}
    assert shapes == written


def prefixes(text: str) -> list[str]:
    return re.findall(r"longshore:[a-z-]+", text)


def test_the_drawing_has_the_states_of_the_record_and_no_others() -> None:
    drawn = {end for start, stop, _ in arrows() for end in (start, stop)} - {"[*]"}
    assert drawn == {state.value for state in JobState}


def test_the_drawing_has_for_each_script_the_states_that_it_writes() -> None:
    drawn: dict[str, set[str]] = defaultdict(set)
    for _, stop, label in arrows():
        for script in names() & set(re.findall(r"\w+", label)):
            drawn[script].add(stop)
    composed = {"schedule_enqueue", "batch_enqueue"}
    written = {script: states_written_by(script) for script in names() - composed}
    assert drawn == {script: states for script, states in written.items() if states}


def test_what_has_finished_ends_in_the_drawing() -> None:
    ends = {start for start, stop, _ in arrows() if stop == "[*]"}
    assert ends == {state.value for state in JobState if state.finished}
