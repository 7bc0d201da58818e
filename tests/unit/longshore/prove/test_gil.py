"""The long job that computes really holds the interpreter's lock."""

from __future__ import annotations

from longshore.prove import gil


def test_no_other_thread_runs_while_it_is_held():
    held = gil.hold(0.5)
    # ten times what a thread that shares the lock is made to wait
    assert held > 0.2
