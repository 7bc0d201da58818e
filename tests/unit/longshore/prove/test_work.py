"""The app that the proofs run, beside the other apps of a process."""

from __future__ import annotations

from celery import Celery

from longshore.prove.work import TASKS, AppSettings, make_app


def test_its_tasks_are_in_no_other_app_of_the_process(tmp_path):
    settings = AppSettings("longshore", "127.0.0.1:1/0", str(tmp_path / "ledger"), "4")
    assert set(TASKS) <= set(make_app(settings).tasks)
    assert not set(TASKS) & set(Celery("other", set_as_current=False).tasks)
