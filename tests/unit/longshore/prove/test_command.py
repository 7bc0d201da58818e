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


def test_the_page_does_not_say_where_it_lies(monkeypatch):
    words = ["longshore", "prove", "--short", "--page", "here/proof.md", "--json", "--seed", "7"]
    monkeypatch.setattr("sys.argv", words)
    assert shown_command() == "longshore prove --short --seed 7"
