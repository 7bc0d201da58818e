from __future__ import annotations

import base64
import logging
from pathlib import Path

import pytest
from celery import Celery
from celery.signals import setup_logging, worker_init

from longshore.worker.attempts import connect_signals, disconnect_signals
from longshore.worker.pool.tracing import is_plain, is_watched
from longshore_tasks.queues import Queue
from longshore_tasks.roll import ROLL
from longshore_worker.app import configuration, create_app
from longshore_worker.settings import WorkerSettings
from longshore_worker.start import log_level, migrate_or_exit
from support.fresh_interpreter import FreshInterpreters


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    return WorkerSettings(
        broker_url="longshore://127.0.0.1:1/0",
        database_url=f"sqlite:///{tmp_path}/database.sqlite3",
        storage_directory=tmp_path / "files",
    )


@pytest.fixture
def app(settings: WorkerSettings):
    app = create_app(settings)
    yield app
    app.close()
    setup_logging.disconnect(dispatch_uid="longshore_worker.logging")
    worker_init.disconnect(dispatch_uid="longshore_worker.database")


def test_every_job_of_the_roll_is_a_celery_task_of_the_same_name(app: Celery) -> None:
    assert {job.spec.task for job in ROLL} <= set(app.tasks)


def test_its_jobs_need_no_tracer_of_celerys(app: Celery) -> None:
    assert [job.spec.task for job in ROLL if not is_plain(app.tasks[job.spec.task])] == []
    disconnect_signals()
    try:
        assert not is_watched()
    finally:
        connect_signals()


def test_it_consumes_all_queues_and_sends_each_task_to_its_own(app: Celery) -> None:
    assert set(app.amqp.queues) == set(Queue)
    for job in ROLL:
        assert app.amqp.router.route({}, job.spec.task)["queue"].name == job.spec.queue
    assert {queue.routing_key for queue in app.amqp.queues.values()} == set(Queue)


def test_on_rabbitmq_its_queues_are_quorum_queues_with_a_limit(settings: WorkerSettings) -> None:
    amqp = WorkerSettings(
        broker_url="amqp://guest@127.0.0.1:1//",
        result_backend_url=settings.broker_url,
        database_url=settings.database_url,
    )
    with create_app(amqp) as app:
        queues = app.amqp.queues.values()
        assert {queue.name for queue in queues} == set(Queue)
        for queue in queues:
            assert queue.queue_arguments["x-queue-type"] == "quorum"
            assert queue.queue_arguments["x-delivery-limit"] == 2
            assert queue.queue_arguments["x-dead-letter-exchange"] == "longshore.dead"
        options = app.conf.broker_transport_options
        assert options["confirm_publish"] is True
        assert options["read_timeout"] > 0
        assert type(app.backend).__name__ == "RecordBackend"


def test_it_takes_json_only(app: Celery) -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == app.conf.result_serializer == "json"


def test_with_keys_it_takes_sealed_payloads_only_unless_it_is_told_otherwise() -> None:
    keys = f"k1:{base64.b64encode(bytes(32)).decode()}"
    strict = configuration(WorkerSettings(payload_keys=keys))
    assert strict["accept_content"] == [strict["task_serializer"]] == ["sealed"]
    between = configuration(WorkerSettings(payload_keys=keys, payload_accept_plain=True))
    assert between["accept_content"] == ["json", "sealed"]


def test_it_leaves_the_root_logger_alone(app: Celery) -> None:
    assert app.conf.worker_hijack_root_logger is False


@pytest.mark.parametrize(
    ("flag", "level"),
    [(None, "INFO"), (logging.WARNING, "INFO"), (logging.DEBUG, "DEBUG"), (logging.ERROR, "ERROR")],
)
def test_celerys_flag_sets_the_level_when_it_is_given(
    settings: WorkerSettings, flag: int | None, level: str
) -> None:
    assert log_level(settings, flag) == level


def test_the_database_is_brought_up_to_date(settings: WorkerSettings, tmp_path: Path) -> None:
    migrate_or_exit(settings)
    assert (tmp_path / "database.sqlite3").exists()


def test_a_database_that_cannot_be_used_ends_the_worker_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file where the directory should be")
    settings = WorkerSettings(database_url=f"sqlite:///{tmp_path}/taken/database.sqlite3")
    with pytest.raises(SystemExit) as ended:
        migrate_or_exit(settings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("longshore: the database cannot be used: ")
    assert said.count("\n") == 1


def test_a_wrong_setting_ends_the_command_with_one_line(
    fresh_interpreter: FreshInterpreters,
) -> None:
    ended = fresh_interpreter.run(
        "import runpy; runpy.run_module('celery', run_name='__main__', alter_sys=True)",
        arguments=("-A", "longshore_worker.main", "worker"),
        environment={"LONGSHORE_SMTP_PORT": "post"},
    )
    assert ended.returncode == 2
    [line] = ended.stderr.splitlines()
    assert line.startswith("longshore: LONGSHORE_SMTP_PORT: Input should be a valid integer")
