"""The command line refuses what it cannot do, in one line, before anything is started."""

from __future__ import annotations

from click.testing import CliRunner

from longshore.cli.main import main
from longshore.cli.prove import shown_command
from longshore.prove.arm import Arm
from longshore.prove.options import Options, Run


def prove(*words):
    return CliRunner().invoke(main, ["prove", *words])


def test_an_unknown_scenario_is_refused_with_those_that_exist():
    answer = prove("--scenario", "1,99")
    assert answer.exit_code == 2
    assert answer.stderr.startswith("longshore: there is no scenario 99; there are 1, ")


def test_scenarios_are_numbers():
    answer = prove("--scenario", "kill")
    assert answer.exit_code == 2
    assert "'kill' is not a number" in answer.stderr


def test_scenarios_given_one_by_one_are_all_meant():
    answer = prove("--scenario", "1", "--scenario", "99")
    assert "there is no scenario 99" in answer.stderr
    assert "there is no scenario 98" in prove("--scenario", "98", "--scenario", "1").stderr


def test_a_page_of_something_else_is_refused_before_anything_is_done(tmp_path):
    page = tmp_path / "shop.md"
    page.write_text("# Shop\n")
    answer = prove("--scenario", "8", "--page", str(page))
    assert answer.exit_code == 2
    assert "was not written by `longshore prove`" in answer.stderr
    assert page.read_text() == "# Shop\n"


def test_the_help_says_what_the_exit_code_means():
    assert "Exit code 1" in " ".join(prove("--help").output.split())


def test_chance_is_the_same_for_the_same_seed_and_differs_between_scenarios():
    run = Run(Arm.LONGSHORE, Options(seed=7))
    assert run.random("kill", 1).random() == run.random("kill", 1).random()
    assert run.random("kill", 1).random() != run.random("kill", 2).random()


def test_a_count_overrides_what_a_scenario_would_choose():
    assert Run(Arm.LONGSHORE, Options(count=5)).count(full=100, short=1) == 5
    assert Run(Arm.LONGSHORE, Options(short=True)).count(full=100, short=1) == 1
    assert Run(Arm.LONGSHORE, Options()).count(full=100, short=1) == 100


def test_faults_are_dealt_out_without_losing_one():
    run = Run(Arm.LONGSHORE, Options())
    assert run.shares(4, full=1000, short=1) == [250, 250, 250, 250]
    assert run.shares(3, full=1000, short=1) == [334, 333, 333]
    assert Run(Arm.LONGSHORE, Options(count=2)).shares(4, full=9, short=9) == [1, 1, 0, 0]


def test_a_duration_overrides_what_a_scenario_would_choose():
    assert Run(Arm.LONGSHORE, Options(seconds=5)).seconds(full=30, short=4) == 5
    assert Run(Arm.LONGSHORE, Options(short=True)).seconds(full=30, short=4) == 4
    assert Run(Arm.LONGSHORE, Options()).seconds(full=30, short=4) == 30


def test_the_page_does_not_say_where_it_lies(monkeypatch):
    words = ["longshore", "prove", "--short", "--page", "here/proof.md", "--json", "--seed", "7"]
    monkeypatch.setattr("sys.argv", words)
    assert shown_command() == "longshore prove --short --seed 7"
