from __future__ import annotations

import os
import time

import pytest
from bench import marks
from bench.environment import MARKS


@pytest.fixture
def path(tmp_path, monkeypatch):
    path = tmp_path / "marks"
    monkeypatch.setenv(MARKS, str(path))
    marks._descriptor.cache_clear()
    yield path
    if path.exists():
        os.close(marks._descriptor())
    marks._descriptor.cache_clear()


def test_marks_are_counted_while_they_are_left(path):
    assert marks.count(path) == 0
    marks.leave()
    marks.leave()
    assert marks.count(path) == 2


def test_a_mark_says_when_and_when_its_job_was_sent(path):
    before = time.monotonic_ns()
    marks.leave(before)
    ((when, sent),) = marks.read(path)
    assert before <= when <= time.monotonic_ns()
    assert sent == before


def test_marks_of_two_processes_come_sorted(path):
    marks.leave()
    earlier = marks.MARK.pack(1, 0)
    with path.open("ab") as other:
        other.write(earlier)
    assert next(when for when, _ in marks.read(path)) == 1


def test_a_forked_child_adds_to_the_same_file(path):
    marks.leave()
    if (child := os.fork()) == 0:
        try:
            marks.leave()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert marks.count(path) == 2
