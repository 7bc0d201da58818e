"""A finding is judged together with the control arm's."""

from __future__ import annotations

from longshore.prove.arm import Arm
from longshore.prove.finding import Finding, Judgement, Wrongs, judge

GOOD = Finding("prefork", 1.0)
BAD = Finding("prefork", 1.0, wrong=("2 accepted jobs lost",))
CONTROL_GOOD = Finding("prefork", 1.0, arm=Arm.STOCK)
CONTROL_BAD = Finding("prefork", 1.0, arm=Arm.STOCK, wrong=("2 lost",), as_known=True)
CONTROL_OTHERWISE = Finding("prefork", 1.0, arm=Arm.STOCK, wrong=("it did not end in time",))


def judgements(*findings, control_fails=True):
    return [one.judgement for one in judge(findings, control_fails=control_fails)]


def test_it_is_proven_when_the_same_fault_breaks_the_control_arm():
    assert judgements(GOOD, CONTROL_BAD) == [Judgement.PROVEN, Judgement.CONTROL_FAILS]


def test_it_is_void_when_the_control_arm_should_have_failed_and_did_not():
    assert judgements(GOOD, CONTROL_GOOD) == [Judgement.VOID, Judgement.CONTROL_HOLDS]


def test_without_a_control_arm_that_is_known_to_fail_nothing_is_called_proven():
    assert judgements(GOOD) == [Judgement.NO_CONTROL]


def test_where_stock_is_not_known_to_fail_its_findings_decide_nothing():
    found = judgements(GOOD, CONTROL_GOOD, control_fails=False)
    assert found == [Judgement.PROVEN, Judgement.CONTROL_HOLDS]


def test_what_broke_is_broken_whatever_the_control_arm_did():
    assert judgements(BAD, CONTROL_GOOD)[0] is Judgement.BROKEN
    assert judgements(BAD, CONTROL_BAD)[0] is Judgement.BROKEN


def test_what_was_not_shown_is_never_called_proven():
    missing = Finding("Sentinel", 1.0, not_shown=True)
    assert judgements(missing, CONTROL_BAD)[0] is Judgement.NOT_SHOWN


def test_a_control_arm_that_fails_in_some_other_way_shows_nothing():
    found = judgements(GOOD, CONTROL_OTHERWISE)
    assert found == [Judgement.VOID, Judgement.CONTROL_FAILS_OTHERWISE]


def test_a_fault_that_hit_nothing_is_void():
    missed = Finding("prefork", 1.0, missed="no kill hit a job")
    assert judgements(missed, CONTROL_BAD)[0] is Judgement.VOID


def test_wrongs_say_whether_the_control_arm_is_known_for_them():
    wrong = Wrongs()
    wrong.when(True, "slow")
    assert not wrong.on(GOOD).as_known
    wrong.when(True, "2 lost", known=True)
    found = wrong.on(GOOD)
    assert (found.wrong, found.as_known) == (("slow", "2 lost"), True)


def test_wrongs_keep_only_what_holds():
    wrong = Wrongs()
    wrong.when([], "nothing")
    wrong.when(["a"], "something")
    assert wrong.found == ["something"]
