"""The list of what does not pass cannot go stale."""

from __future__ import annotations

import json

from compatibility.outcomes import counts, read_record
from compatibility.page import page
from compatibility.suites import BY_NAME, SUITES, Arm
from compatibility.verdict import Listed, judge

LINES = [Listed("suite", "t/test_a.py::test_*", "why"), Listed("suite", "t/test_b.py::one", "why")]


def test_a_failure_beside_the_list_is_told():
    verdict = judge(
        {"t/test_c.py::test_new": "failed", "t/test_a.py::test_x[1]": "failed"}, LINES, {}
    )
    assert verdict.unlisted == ("t/test_c.py::test_new",)


def test_what_hangs_has_failed():
    assert judge({"t/test_c.py::test_new": "hung"}, LINES, {}).unlisted == (
        "t/test_c.py::test_new",
    )


def test_what_fails_on_stock_too_is_no_fault_of_ours():
    assert judge({"t/c.py::new": "failed"}, LINES, {"t/c.py::new": "hung"}).unlisted == ()


def test_a_line_whose_cases_all_pass_is_told():
    outcomes = {"t/test_a.py::test_x": "passed", "t/test_b.py::one[1]": "failed"}
    outcomes |= {"t/test_b.py::one[2]": "passed"}
    assert judge(outcomes, LINES, {}).passing == ("t/test_a.py::test_*",)


def test_a_line_that_was_not_run_is_not_told():
    assert judge({}, LINES, {}).passing == ()


def test_the_last_word_on_a_case_counts_but_a_failed_teardown_is_a_failure(tmp_path):
    record = tmp_path / "record"
    lines = [("a", "hung"), ("a", "passed"), ("b", "hung"), ("c", "passed"), ("c", "failed")]
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert read_record(record) == {"a": "passed", "b": "hung", "c": "failed"}
    assert counts(read_record(record)) == {"passed": 1, "hung": 1, "failed": 1}


def test_a_case_that_passes_when_it_is_tried_again_has_passed(tmp_path):
    record = tmp_path / "record"
    lines = [("a", "hung"), ("a", "failed"), ("a", "hung"), ("a", "passed")]
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert read_record(record) == {"a": "passed"}


def test_only_our_arm_is_adapted():
    text = "Connection('redis://localhost')\n"
    kombu = BY_NAME["kombu-integration"]
    assert kombu.adapt(text, Arm.STOCK) == text
    assert kombu.adapt(text, Arm.LONGSHORE) == "Connection('longshore://localhost')\n"


def test_the_page_says_why_for_each_case_and_what_was_not_run():
    text = page({})
    assert text.count("not run") == len(SUITES) * len(Arm)
    assert "`t/integration/test_redis.py::test_RedisConnectTimeout`" in text
