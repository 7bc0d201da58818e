"""The beat scheduler's start: it takes an app as it is, or says in one line why not."""

from __future__ import annotations

import pytest
from celery import Celery
from celery.schedules import crontab

from longshore.errors import SettingsError
from longshore.schedule import LongshoreScheduler
from longshore.schedule.app_store import broker_url

URL = "longshore://user:secret@127.0.0.1:1/0"


def app(**conf) -> Celery:
    app = Celery("someone-elses", broker=URL, set_as_current=False)
    app.conf.update(beat_schedule={"one": {"task": "t", "schedule": 5}}, **conf)
    return app


def refusal(app: Celery, capsys) -> str:
    with pytest.raises(SystemExit) as ended:
        LongshoreScheduler(app)
    assert ended.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_it_is_made_from_an_apps_configuration_without_a_connection():
    scheduler = LongshoreScheduler(app(broker_transport_options={"lease_seconds": 3}))
    assert "one" in scheduler.schedule
    assert scheduler.max_interval <= 1


def test_celerys_own_clean_up_entry_is_kept_for_backends_that_need_it():
    entry = LongshoreScheduler(app()).schedule["celery.backend_cleanup"]
    assert entry.describe() == "cron 0 4 * * *"
    assert "celery.backend_cleanup" not in LongshoreScheduler(app(result_expires=None)).schedule


def test_a_lazy_scheduler_for_the_banner_reads_no_entry():
    wrong = app()
    wrong.conf.beat_schedule = {"one": "nonsense"}
    assert LongshoreScheduler(wrong, lazy=True).info == ""


def test_a_wrong_entry_is_one_line(capsys):
    wrong = app()
    wrong.conf.beat_schedule = {"one": {"task": "t", "schedule": -1}}
    assert refusal(wrong, capsys).startswith("longshore scheduler: schedule entry 'one': ")


def test_a_crontab_that_never_comes_is_one_line(capsys):
    wrong = app()
    never = crontab(day_of_month="29", month_of_year="2", minute="0", hour="0")
    never.minute = set()
    wrong.conf.beat_schedule = {"one": {"task": "t", "schedule": never}}
    assert "never comes" in refusal(wrong, capsys)


def test_a_lease_out_of_range_is_one_line(capsys):
    assert "lease_seconds" in refusal(app(broker_transport_options={"lease_seconds": 60}), capsys)


def test_a_missing_tick_directory_is_one_line(capsys, tmp_path):
    conf = {"longshore_scheduler_tick_file": str(tmp_path / "none" / "tick")}
    assert "tick file's directory" in refusal(app(**conf), capsys)


def test_another_broker_is_refused_without_its_password(capsys):
    other = app()
    other.conf.broker_url = "redis://:secret@127.0.0.1:1/0"
    line = refusal(other, capsys)
    assert "needs longshore://" in line
    assert "secret" not in line


@pytest.mark.parametrize(
    "several", [[URL, "longshore://127.0.0.1:2/0"], f"{URL};longshore://127.0.0.1:2/0"]
)
def test_several_brokers_are_refused_by_the_scheduler_as_by_workers(several):
    named = app()
    named.conf.broker_url = several
    with pytest.raises(SettingsError, match="names 2 brokers"):
        broker_url(named)
