"""A run of the proof over scenarios that do nothing, so that only the rules remain."""

from __future__ import annotations

import threading

import pytest

from longshore.errors import SettingsError
from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Judgement
from longshore.prove.options import Options
from longshore.prove.roll import chosen
from longshore.prove.scenario import Scenario
from longshore.prove.scenarios.delayed import lateness
from longshore.prove.session import prove
from longshore.prove.waiting import NotInTime


def scenario(run, control="it loses jobs", **fields):
    return Scenario(1, "title", "claim", control, run, **fields)


def found(run):
    stock = run.arm is Arm.STOCK
    yield Finding("all", 1.0, wrong=("2 lost",) if stock else (), as_known=stock)


def judgements(*scenarios, **options):
    proof = prove(Options(**options), scenarios, lambda _: None)
    return [(one.arm, one.judgement) for one in proof.findings]


def test_both_arms_are_run_and_told_apart():
    assert judgements(scenario(found)) == [
        (Arm.LONGSHORE, Judgement.PROVEN),
        (Arm.STOCK, Judgement.CONTROL_FAILS),
    ]


def test_a_short_run_leaves_out_a_control_arm_that_decides_nothing():
    spared = scenario(found, control="", control_in_short=False)
    assert judgements(spared, short=True) == [(Arm.LONGSHORE, Judgement.PROVEN)]
    assert len(judgements(spared)) == 2


def test_a_short_run_does_at_once_what_mostly_waits():
    both = threading.Barrier(2, timeout=30)

    def waits(run):
        both.wait()
        yield from found(run)

    assert judgements(scenario(waits, mostly_waits=True), short=True) == [
        (Arm.LONGSHORE, Judgement.PROVEN),
        (Arm.STOCK, Judgement.CONTROL_FAILS),
    ]


def test_what_could_not_be_carried_out_is_broken_and_keeps_its_reason():
    def breaks(run):
        yield from found(run)
        raise NotInTime("worker1 ready: not within 60 s")

    proof = prove(Options(arms=(Arm.LONGSHORE,)), (scenario(breaks),), lambda _: None)
    assert [one.variant for one in proof.findings] == ["all", "not carried out"]
    assert proof.findings[1].judgement is Judgement.BROKEN
    assert not proof.holds


def test_a_control_arm_that_could_not_be_carried_out_proves_nothing():
    def breaks(run):
        if run.arm is Arm.STOCK:
            raise NotInTime("never")
        yield from found(run)

    assert judgements(scenario(breaks))[0] == (Arm.LONGSHORE, Judgement.VOID)


def test_what_is_said_names_scenario_and_arm():
    heard = []
    prove(Options(arms=(Arm.LONGSHORE,)), (scenario(found),), heard.append)
    assert heard == ["1 on longshore: starting"]


def test_the_roll_is_asked_by_number():
    assert [one.number for one in chosen(())] == list(range(1, 13))
    assert [one.number for one in chosen((6, 2))] == [2, 6]
    with pytest.raises(SettingsError, match="there is no scenario 13"):
        chosen((13,))


def test_a_job_that_came_due_while_no_worker_lived_is_late_from_their_return():
    away = [(10.0, 14.0)]
    assert lateness(15.0, 12.0, away) == 1.0
    assert lateness(15.0, 14.5, away) == 0.5
    assert lateness(9.5, 9.0, away) == 0.5
