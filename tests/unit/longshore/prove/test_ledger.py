"""Lines are whole, and a reader sees each of them once."""

from __future__ import annotations

import os

import pytest

from longshore.prove.ledger import Kind, Ledger, parse, write


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


def test_a_mark_is_read_as_it_was_written(ledger):
    write(str(ledger.path), Kind.START, "job", "one@prove", 1.5)
    (mark,) = ledger.marks()
    assert (mark.kind, mark.subject, mark.member) == (Kind.START, "job", "one@prove")
    assert (mark.pid, mark.value) == (os.getpid(), 1.5)


def test_each_look_adds_what_is_new(ledger):
    assert ledger.marks() == []
    write(str(ledger.path), Kind.START, "a", "one")
    write(str(ledger.path), Kind.FINISH, "a", "one")
    assert len(ledger.marks()) == 2
    write(str(ledger.path), Kind.START, "b", "one")
    assert ledger.subjects(Kind.START) == {"a", "b"}
    assert [mark.subject for mark in ledger.of(Kind.FINISH)] == ["a"]


def test_half_a_line_waits_for_its_other_half(ledger):
    ledger.path.write_text("start a one 1 2.0 0.0\nfinish a one")
    assert [mark.subject for mark in ledger.marks()] == ["a"]
    with ledger.path.open("a") as handle:
        handle.write(" 1 3.0 0.0\n")
    assert ledger.subjects(Kind.FINISH) == {"a"}


def test_a_line_of_something_else_is_refused():
    with pytest.raises(ValueError, match="not enough values"):
        parse("start job")
