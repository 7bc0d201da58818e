"""The page, the table and the JSON tell the same."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from longshore.prove.arm import Arm
from longshore.prove.document import document
from longshore.prove.finding import Finding, judge
from longshore.prove.machine import Machine
from longshore.prove.options import Options
from longshore.prove.page import NoProof, page, page_with
from longshore.prove.roll import ROLL, chosen
from longshore.prove.session import Proof
from longshore.prove.table import show

MACHINE = Machine("Linux x86_64", 2, 8.0, "3.11.0", "9.1.0", "0.1.0", "5.7.0", "5.7.0", "8.1.0")
COMMAND = "longshore prove --scenario 1"


def proof(*wrong):
    good = Finding("prefork", 2.0, faults=3, accepted=40, recoveries=(1.0, 2.5), scenario=1)
    bad = Finding(
        "prefork", 2.0, lost=4, wrong=("4 lost",), as_known=True, scenario=1, arm=Arm.STOCK
    )
    findings = [good if not wrong else Finding("prefork", 2.0, wrong=wrong, scenario=1), bad]
    return Proof(Options(seed=7), tuple(judge(findings, control_fails=True)), 12.0)


def test_the_page_says_how_it_was_made_and_what_was_found():
    text = page(proof(), MACHINE, COMMAND, chosen((1,)))
    assert "Made by `longshore prove --scenario 1` (seed 7) in 12 s" in text
    assert "2 processors, 8 GiB" in text
    row = "| longshore | prefork | 2 s | 3 | 40 | 0 | 0 | 0 | 0 | 2.5 / 2.5 s | proven |  |"
    assert row in text
    assert "| fails, as known | 4 lost |" in text


def test_a_run_of_some_scenarios_renews_their_sections_and_says_so():
    whole = page(proof("2 lost"), MACHINE, "longshore prove", ROLL)
    text = page_with(whole, proof(), MACHINE, COMMAND, chosen((1,)))
    old, new = whole.split("\n## "), text.split("\n## ")
    assert new[0] == old[0]
    assert new[2:] == old[2:]
    assert "2 lost" in old[1]
    assert "2 lost" not in new[1]
    assert f"Made by `{COMMAND}`" in new[1]


def test_a_page_of_something_else_is_refused():
    with pytest.raises(NoProof):
        page_with("# Shop\n\n## Two commands\n", proof(), MACHINE, COMMAND, chosen((1,)))


def test_the_document_can_be_read_by_a_machine():
    found = json.loads(json.dumps(document(proof(), MACHINE, COMMAND)))
    assert found["holds"] is True
    assert [one["judgement"] for one in found["findings"]] == ["proven", "fails, as known"]
    assert found["findings"][0]["recovery_seconds_max"] == 2.5


def test_a_broken_promise_is_said_aloud(capsys):
    show(proof("1 accepted job lost"))
    shown = capsys.readouterr().out
    assert "BROKEN" in shown
    assert "the promise was NOT shown to hold" in shown
    assert not proof("1 accepted job lost").holds


def test_the_end_of_a_log_names_what_broke(capsys):
    show(proof("1 accepted job lost", "2 jobs ran twice"))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "BROKEN: scenario 1 on longshore, prefork: 1 accepted job lost; 2 jobs ran twice"


def test_the_end_of_a_log_names_what_is_void(capsys):
    void = judge([Finding("prefork", 2.0, missed="no kill hit a job")], control_fails=False)
    show(replace(proof(), findings=tuple(void)))
    assert capsys.readouterr().out.splitlines()[-1].endswith("prefork: no kill hit a job")


def test_every_scenario_says_what_must_hold():
    assert all(scenario.title and scenario.claim for scenario in ROLL)
    assert [scenario.number for scenario in ROLL] == sorted(scenario.number for scenario in ROLL)


def test_a_short_run_says_what_it_left_out():
    full, short = proof(), replace(proof(), options=Options(short=True))
    left_out = "leaves out the other pools for each kind of death"
    assert left_out in page(short, MACHINE, COMMAND, chosen((6,)))
    assert left_out not in page(full, MACHINE, COMMAND, chosen((6,)))
