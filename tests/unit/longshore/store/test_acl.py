"""The rights stand in one place, and the scripts ask for none besides."""

from __future__ import annotations

import re

from click.testing import CliRunner

from longshore.cli.main import main
from longshore.store.acl import COMMANDS, rights, setuser
from support.pages import SCRIPTS

CALLED = re.compile(r"redis\.call\('([A-Z]+)'")


def test_every_command_of_the_scripts_is_granted():
    called = {
        name for script in SCRIPTS.glob("*.lua") for name in CALLED.findall(script.read_text())
    }
    granted = {name for names in COMMANDS.values() for name in names}
    assert {name.lower() for name in called} <= granted


def test_no_command_is_granted_twice():
    names = [name for group in COMMANDS.values() for name in group]
    assert len(names) == len(set(names))


def test_a_prefix_is_the_only_space():
    words = [right.word for right in rights(["q"], prefix="app[1]:")]
    assert [word for word in words if word[0] == "~"] == ["~app\\[1\\]:*"]
    assert all(word.startswith("&app\\[1\\]:") for word in words if word[0] == "&")


def test_a_queue_has_the_lists_of_all_its_priorities():
    words = [right.word for right in rights(["mail"])]
    assert words[:2] == ["~mail", "~mail??[369]"]


def test_channels_are_those_of_the_database():
    assert "&/3.celery.pidbox" in [right.word for right in rights(["q"], database=3)]


def test_the_line_begins_with_nothing_allowed():
    begins = "ACL SETUSER me reset resetchannels on >PASSWORD ~q "
    assert setuser("me", rights(["q"])).startswith(begins)


def test_the_table_says_what_each_right_is_for():
    output = CliRunner().invoke(main, ["acl", "--table"]).output
    assert "remote control" in output
    assert "ready jobs" in output


def test_a_space_would_end_a_pattern():
    done = CliRunner().invoke(main, ["acl", "--queue", "two words"])
    assert done.exit_code == 2
    assert "without spaces" in done.output
