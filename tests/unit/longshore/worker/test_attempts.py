"""While a handler runs, its claim and request are known."""

from __future__ import annotations

from types import SimpleNamespace

from celery.app.task import Context

from longshore import current
from longshore.current import Claim
from longshore.worker.attempts import on_task_postrun, on_task_prerun

CLAIM = Claim("job-1", "tag-1", "q", "me#1", 1, 1)


def test_they_are_set_before_and_reset_after():
    task = SimpleNamespace(request=Context(longshore=CLAIM.header(), request_id="r-1"))
    on_task_prerun(task)
    assert (current.claim.get(), current.request_id.get()) == (CLAIM, "r-1")
    on_task_postrun(task)
    assert (current.claim.get(), current.request_id.get()) == (None, None)


def test_one_task_within_another_gives_back_what_was_before():
    outer = SimpleNamespace(request=Context(longshore=CLAIM.header(), request_id="r-1"))
    inner = SimpleNamespace(request=Context(longshore=None, request_id=None))
    on_task_prerun(outer)
    on_task_prerun(inner)
    assert (current.claim.get(), current.request_id.get()) == (None, None)
    on_task_postrun(inner)
    assert (current.claim.get(), current.request_id.get()) == (CLAIM, "r-1")
    on_task_postrun(outer)


def test_an_end_without_a_beginning_changes_nothing():
    on_task_postrun(SimpleNamespace(request=Context()))
    assert current.claim.get() is None
