"""The scheduler's app: the set's entries, on the broker of the settings, without handlers."""

from __future__ import annotations

import logging

import pytest
import structlog
from celery.signals import setup_logging

from longshore.schedule import LongshoreScheduler
from longshore_scheduler.app import create_app, log_as
from longshore_scheduler.settings import SchedulerSettings
from longshore_tasks.schedule import ENTRIES


@pytest.fixture
def settings(tmp_path, monkeypatch) -> SchedulerSettings:
    monkeypatch.chdir(tmp_path)
    return SchedulerSettings(
        broker_url="longshore://127.0.0.1:1/0",
        lease_seconds=4,
        scheduler_timezone="Europe/Berlin",
        scheduler_tick_file=tmp_path / "tick",
    )


@pytest.fixture
def _logging_restored():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def test_it_runs_every_entry_of_the_set_with_longshores_scheduler(settings):
    app = create_app(settings)
    scheduler = LongshoreScheduler(app)
    assert {entry.name for entry in ENTRIES} <= set(scheduler.schedule)
    assert app.conf.beat_scheduler == "longshore.schedule:LongshoreScheduler"


def test_each_entrys_job_goes_to_the_queue_of_its_class(settings):
    schedule = LongshoreScheduler(create_app(settings)).schedule
    assert all(schedule[entry.name].queue == entry.job.spec.queue for entry in ENTRIES)


def test_it_takes_broker_lease_clock_and_tick_file_from_the_settings(settings):
    conf = create_app(settings).conf
    assert conf.broker_url == "longshore://127.0.0.1:1/0"
    assert conf.broker_transport_options["lease_seconds"] == 4
    assert conf.timezone == "Europe/Berlin"
    assert conf.longshore_scheduler_tick_file == settings.scheduler_tick_file


@pytest.mark.usefixtures("_logging_restored")
@pytest.mark.parametrize(
    ("flag", "level"), [(logging.WARNING, logging.INFO), (logging.DEBUG, logging.DEBUG)]
)
def test_it_logs_at_the_setting_unless_the_command_line_says_otherwise(settings, flag, level):
    log_as(settings)
    try:
        setup_logging.send(sender=None, loglevel=flag)
        assert logging.getLogger().level == level
    finally:
        setup_logging.disconnect(dispatch_uid="longshore_scheduler.logs")


def test_it_loads_neither_handlers_nor_what_only_they_need(tmp_path, fresh_interpreter):
    program = (
        "import sys, longshore_scheduler.main\n"
        "heavy = {'longshore_tasks.handlers', 'PIL', 'jinja2', 'boto3'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert fresh_interpreter.run(program, directory=tmp_path).stdout.strip() == "[]"
